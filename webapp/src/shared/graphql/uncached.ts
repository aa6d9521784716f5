import type { Exchange, Operation } from "@urql/core";
import { filter, merge, pipe, share, type Source } from "wonka";

/** The context of what is asked without being kept by its id: of long lists only what is in view is held, elsewhere. */
export const UNCACHED = { uncached: true, requestPolicy: "network-only" } as const;

const isUncached = (operation: Operation): boolean => operation.context.uncached === true;

/** Leads what is `UNCACHED` around a cache. */
export const unlessUncached =
  (cache: Exchange): Exchange =>
  (input) =>
  (operations$) => {
    const all$ = share(operations$);
    const direct$ = pipe(all$, filter(isUncached));
    let around$: ReturnType<typeof input.forward> | undefined;
    const forward: typeof input.forward = (cached$) => {
      const results$ = share(input.forward(merge([cached$, direct$])));
      around$ = pipe(
        results$,
        filter((result) => isUncached(result.operation)),
      );
      return pipe(
        results$,
        filter((result) => !isUncached(result.operation)),
      );
    };
    const cached$ = pipe(
      all$,
      filter((each) => !isUncached(each)),
    ) as Source<Operation>;
    const results$ = cache({ ...input, forward })(cached$);
    return around$ ? merge([results$, around$]) : results$;
  };
