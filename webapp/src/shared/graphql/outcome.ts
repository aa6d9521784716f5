import type { OperationResult } from "@urql/core";

import type { FailureShownFragment } from "./FailureShown.generated";
import { type Fault, faultOf } from "./faults";

type Failed = FailureShownFragment & { readonly __typename: "Failure" };
type Named = { readonly __typename: string };

/** What a mutation of one root field answers where it was done. */
export type PayloadOf<Data> = Exclude<Data[keyof Data], Failed>;

export type Outcome<Payload> =
  | { readonly payload: Payload; readonly fault?: undefined }
  | { readonly payload?: undefined; readonly fault: Fault };

const isFailure = (result: unknown): result is Failed => (result as Named | undefined)?.__typename === "Failure";

/** Of a mutation of one root field whose answer is a union with `Failure`. */
export function outcomeOf<Data extends object>({
  data,
  error,
}: Pick<OperationResult<Data>, "data" | "error">): Outcome<PayloadOf<Data>> {
  if (error) return { fault: faultOf(error) };
  const result = data && Object.values(data).find((each) => typeof each === "object" && each !== null);
  return isFailure(result) ? { fault: result } : { payload: result as PayloadOf<Data> };
}
