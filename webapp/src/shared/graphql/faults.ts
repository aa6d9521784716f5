import type { CombinedError } from "urql";

/** What a viewer is told of something that went wrong, whichever way it was told to us. */
export interface Fault {
  code: string;
  message: string;
  nextStep: string;
  field?: string | null;
  /** Of a bug: what to look for in the server's log. */
  traceId?: string;
}

const OFFLINE: Fault = {
  code: "UNREACHABLE",
  message: "The gateway does not answer.",
  nextStep: "It is asked again by itself. If this stays, see whether `quarterdeck up` runs.",
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** An error beside an answer: refused as a whole, a bug, or nobody there. */
export function faultOf(error: CombinedError): Fault {
  const [first] = error.graphQLErrors;
  if (!first) return OFFLINE;
  return {
    code: text(first.extensions.code) || "REFUSED",
    message: first.message,
    nextStep: text(first.extensions.nextStep),
    traceId: text(first.extensions.traceId) || undefined,
  };
}

/** A bug of the server's, which the error boundary shows. */
export class ServerBug extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}
