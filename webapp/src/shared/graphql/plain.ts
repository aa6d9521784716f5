import { CombinedError, stringifyDocument, type TypedDocumentNode } from "@urql/core";

import { OWN_HEADER } from "./client";
import { type Fault, faultOf } from "./faults";

/** Why there is no answer. */
export class Refused extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** What is told of an error that was caught: what was refused, or else that nobody answered. */
export const faultIn = (error: unknown): Fault =>
  error instanceof Refused ? error.fault : faultOf(new CombinedError({ networkError: error as Error }));

/**
 * Asks once, past the cache: for what comes in large amounts and is not shown elsewhere. Also from a worker, which has
 * no client. Raises Refused.
 */
export async function askPlain<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const response = await fetch("/graphql", {
    method: "POST",
    credentials: "same-origin",
    headers: { ...OWN_HEADER, "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query: stringifyDocument(document), variables }),
    signal,
  });
  const { data, errors } = await response.json().catch(() => ({}));
  if (errors || !data) throw new Refused(faultOf(new CombinedError({ graphQLErrors: errors ?? [], response })));
  return data as Data;
}
