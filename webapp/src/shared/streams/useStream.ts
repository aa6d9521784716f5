import type { TypedDocumentNode } from "@urql/core";
import { createContext, use, useEffect, useEffectEvent, useState } from "react";

import { type Cursor, ResumingStream, type StreamState } from "./resuming";
import { painted, soon } from "./schedules";
import type { Socket } from "./socket";

export const SocketContext = createContext<Socket | undefined>(undefined);

export function useSocket(): Socket {
  const socket = use(SocketContext);
  if (!socket) throw new Error("There is no SocketContext around this.");
  return socket;
}

export interface StreamOptions<Data, Variables> {
  document: TypedDocumentNode<Data, Variables>;
  variables: (after: number) => Variables;
  cursor: Cursor<Data[keyof Data]>;
  /** Where to begin. Undefined: not yet. */
  after: number | undefined;
  /** Another one begins another stream, such as the id of what is followed. */
  key: string;
  onBatch: (batch: Data[keyof Data][]) => void | Promise<void>;
  /** Also where nobody looks at the page. */
  evenHidden?: boolean;
  /** Weight that may wait to be drawn; by default 10,000 messages. */
  most?: number;
}

/**
 * Follows one subscription from a cursor, exactly once across cuts, and says how it is. `onBatch` gets what came since
 * the last frame; it may give a promise, and gets no more until that is done.
 */
export function useStream<Data, Variables extends Record<string, unknown>>(
  options: StreamOptions<Data, Variables>,
): StreamState {
  const socket = useSocket();
  const [state, setState] = useState<StreamState>({ is: "catching up" });
  const { key, after } = options;
  const begins = after !== undefined;
  const draw = useEffectEvent(options.onBatch);
  const make = useEffectEvent(
    () =>
      new ResumingStream({
        line: socket.line,
        source: socket.source(options.document, options.variables),
        cursor: options.cursor,
        after: options.after ?? 0,
        schedule: options.evenHidden ? soon : painted,
        draw,
        changed: (next) => setState((last) => (last.is === next.is ? last : next)),
        now: Date.now,
        most: options.most ?? 10_000,
      }),
  );
  useEffect(() => {
    if (!begins) return undefined;
    const stream = make();
    stream.start();
    return () => stream.stop();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another key is another stream
  }, [key, begins]);
  return state;
}
