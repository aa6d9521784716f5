import type { TypedDocumentNode } from "@urql/core";

import { useAsked } from "@/shared/graphql/useAsked";

import { byPosition } from "./cursors";
import { useSoon } from "./feed";
import { LogHeadDocument } from "./LogHead.generated";
import { useStream } from "./useStream";

interface Changes<Data, Variables> {
  document: TypedDocumentNode<Data, Variables>;
  variables: (after: number) => Variables;
  /** What is followed, such as a project's id; undefined: nothing. */
  key: string | undefined;
  again: () => void;
  /** Each change as it comes, also those that a cut kept back. */
  heard?: (changes: readonly Data[keyof Data][]) => void;
}

/** Follows a noun's own subscription from now on, and asks again for what a page shows of it. */
export function useChanges<
  Data extends { [Root in keyof Data]: { readonly position: number } },
  Variables extends Record<string, unknown>,
>({ document, variables, key, again, heard }: Changes<Data, Variables>): void {
  const { data } = useAsked({ query: LogHeadDocument, requestPolicy: "network-only", pause: key === undefined });
  const soon = useSoon(again);
  useStream({
    document,
    variables,
    cursor: byPosition<Data[keyof Data]>(),
    after: key === undefined ? undefined : data?.log.position,
    key: key ?? "",
    onBatch: (changes) => {
      heard?.(changes);
      soon();
    },
  });
}
