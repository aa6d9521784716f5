import { useState } from "react";
import { type AnyVariables, type TypedDocumentNode, useMutation } from "urql";

import type { Fault } from "./faults";
import { outcomeOf, type PayloadOf } from "./outcome";

export interface Doing<Payload, Variables> {
  /** The payload, or undefined where it failed: then `fault` says why. */
  run: (variables: Variables) => Promise<Payload | undefined>;
  running: boolean;
  fault: Fault | undefined;
  /** Forgets the failure, as when a form is opened again. */
  clear: () => void;
}

/** A mutation of one root field whose answer is a union with `Failure`. */
export function useDone<Data extends object, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): Doing<PayloadOf<Data>, Variables> {
  const [{ fetching }, execute] = useMutation(document);
  const [fault, setFault] = useState<Fault>();

  const run = async (variables: Variables) => {
    setFault(undefined);
    const outcome = outcomeOf(await execute(variables));
    setFault(outcome.fault);
    return outcome.payload;
  };

  return { run, running: fetching, fault, clear: () => setFault(undefined) };
}
