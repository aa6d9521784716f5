import type { Cursor } from "./resuming";

/** A message of `commandOutput`, as far as its cursor goes. */
export type OutputMessage =
  | { readonly __typename: "OutputChunk"; readonly kind: string; readonly offset: number; readonly data: string }
  | { readonly __typename: "CaughtUp"; readonly offset: number }
  | { readonly __typename: "OutputEnd"; readonly offset: number };

const PRINTED = new Set(["OUTPUT", "ERROR"]);

/** Without decoding it: base64 has four characters for three bytes, and `=` for each that is not there. */
function length(data: string): number {
  const padding = data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0;
  return (data.length / 4) * 3 - padding;
}

type FromBase64 = { fromBase64?: (data: string) => Uint8Array<ArrayBuffer> };

/** By the browser's own means where it has them: a tenth of the time, which counts where output comes fast. */
export const decoded = (data: string): Uint8Array<ArrayBuffer> =>
  (Uint8Array as FromBase64).fromBase64?.(data) ?? Uint8Array.from(atob(data), (each) => each.charCodeAt(0));

function encoded(data: Uint8Array): string {
  let text = "";
  for (const each of data) text += String.fromCharCode(each);
  return btoa(text);
}

/** Bytes of output: a chunk that reaches back over the cursor is cut, so that no byte comes twice. */
export function byOffset<Message extends OutputMessage>(): Cursor<Message> {
  return {
    beyond: (message, at) => {
      if (message.__typename !== "OutputChunk" || !PRINTED.has(message.kind)) return { message, at };
      const end = message.offset + length(message.data);
      if (end <= at) return undefined;
      if (message.offset >= at) return { message, at: end };
      return {
        message: { ...message, offset: at, data: encoded(decoded(message.data).slice(at - message.offset)) },
        at: end,
      };
    },
    isCaughtUp: (message) => message.__typename !== "OutputChunk",
    weight: (message) => (message.__typename === "OutputChunk" ? message.data.length : 1),
  };
}

/** Weight of output that may wait to be drawn, in characters of base64. */
export const MOST_OUTPUT = 4 * 1024 * 1024;
