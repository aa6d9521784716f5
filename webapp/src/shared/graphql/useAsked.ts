import { type AnyVariables, type UseQueryArgs, useQuery } from "urql";

import { type Fault, faultOf, ServerBug } from "./faults";

export interface Asked<Data> {
  /** The last answer, also while a newer one is asked for. */
  data: Data | undefined;
  /** Why there is no answer. */
  fault: Fault | undefined;
  /** Nothing to show yet: draw skeletons. */
  waiting: boolean;
  again: () => void;
}

/**
 * `useQuery`, with expected failures as a value. A bug of the server's is thrown, for the error boundary; without an
 * answer at all, what was there stays.
 */
export function useAsked<Data, Variables extends AnyVariables>(args: UseQueryArgs<Variables, Data>): Asked<Data> {
  const [{ data, error, fetching }, execute] = useQuery(args);
  const fault = error && faultOf(error);
  if (fault?.code === "INTERNAL") throw new ServerBug(fault);
  return {
    data,
    fault,
    waiting: data === undefined && (fetching || !error) && !args.pause,
    again: () => execute({ requestPolicy: "network-only" }),
  };
}
