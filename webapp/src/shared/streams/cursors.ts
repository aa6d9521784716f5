import type { Cursor } from "./resuming";

/** Of events and of all that is told of them: the position in the log, which counts up without gaps. */
export function byPosition<Message extends { readonly position: number }>(): Cursor<Message> {
  return {
    beyond: (message, at) => (message.position > at ? { message, at: message.position } : undefined),
  };
}
