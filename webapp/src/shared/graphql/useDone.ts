import { useState } from "react";
import { type AnyVariables, type TypedDocumentNode, useMutation } from "urql";

import type { FailureShownFragment } from "./FailureShown.generated";
import { type Fault, faultOf } from "./faults";

type Failed = FailureShownFragment & { readonly __typename: "Failure" };
type Named = { readonly __typename: string };
type Payload<Result> = Exclude<Result, Failed>;

/** Its one root field's answer. */
type ResultOf<Data> = Data[keyof Data];

export interface Doing<Result, Variables> {
  /** The payload, or undefined where it failed: then `fault` says why. */
  run: (variables: Variables) => Promise<Payload<Result> | undefined>;
  running: boolean;
  fault: Fault | undefined;
  /** Forgets the failure, as when a form is opened again. */
  clear: () => void;
}

const isFailure = (result: unknown): result is Failed => (result as Named | undefined)?.__typename === "Failure";

/** A mutation of one root field whose answer is a union with `Failure`. */
export function useDone<Data extends object, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): Doing<ResultOf<Data>, Variables> {
  const [{ fetching }, execute] = useMutation(document);
  const [fault, setFault] = useState<Fault>();

  const run = async (variables: Variables) => {
    setFault(undefined);
    const { data, error } = await execute(variables);
    const result = data && Object.values(data).find((each) => typeof each === "object" && each !== null);
    if (error) return void setFault(faultOf(error));
    if (isFailure(result)) return void setFault(result);
    return result as Payload<ResultOf<Data>>;
  };

  return { run, running: fetching, fault, clear: () => setFault(undefined) };
}
