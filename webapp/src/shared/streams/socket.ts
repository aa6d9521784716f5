import { formatDocument, stringifyDocument, type TypedDocumentNode } from "@urql/core";
import { type Client, createClient } from "graphql-ws";

import { browserClock, Line } from "./line";
import type { Sink, Source } from "./resuming";

/** What the gateway closes a socket with that has no log-in, or none any more. */
const LOGGED_OUT = new Set([4401, 4403]);
/** Of an operation that was refused for the moment only. */
const PASSING = new Set(["UNAVAILABLE", "LIMIT_EXCEEDED"]);
const ALIVE_MS = 15_000;

const address = (): string => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;

/** All subscriptions of this page, on one socket that is there while anything is followed. */
export class Socket {
  readonly line = new Line(browserClock);
  private readonly client: Client;

  constructor(loggedOut: () => void) {
    this.client = createClient({
      url: address,
      lazy: true,
      lazyCloseTimeout: 3000,
      keepAlive: ALIVE_MS,
      retryAttempts: 0, // a stream goes on from its own cursor, and not from where it began
      on: {
        connecting: () => this.line.connecting(),
        connected: () => this.line.up(),
        closed: (event) => {
          if (LOGGED_OUT.has((event as CloseEvent).code)) loggedOut();
          this.line.idle();
        },
      },
    });
    addEventListener("online", this.line.wake);
    document.addEventListener("visibilitychange", () => (document.hidden ? undefined : this.line.wake()));
  }

  /** A subscription of one root field, whose messages are that field's. `variables` takes the cursor. */
  source<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: (after: number) => Variables,
  ): Source<Data[keyof Data]> {
    const query = stringifyDocument(formatDocument(document));
    return (after, sink) =>
      this.client.subscribe<Data>(
        { query, variables: variables(after) },
        {
          next: ({ data, errors }) => {
            if (errors) refuse(sink, errors);
            else if (data) sink.next(Object.values(data)[0] as Data[keyof Data]);
          },
          error: (error) => (Array.isArray(error) ? refuse(sink, error) : sink.cut()),
          complete: () => sink.complete(),
        },
      );
  }
}

function refuse(sink: Sink<never>, errors: readonly { message: string; extensions?: Record<string, unknown> }[]): void {
  const [first] = errors;
  if (PASSING.has(String(first?.extensions?.code))) sink.cut();
  else sink.refused(new Error(first?.message ?? "The subscription was refused."));
}
