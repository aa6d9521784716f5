import type { TaskTargetInput } from "@/shared/graphql/schema.generated";
import { globalId, typeOf } from "@/shared/text/ids";

export const KINDS = ["session", "command", "commit"] as const;
export type LinkKind = (typeof KINDS)[number];

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const COMMIT = /^(?:[\da-f]{40}|[\da-f]{64})$/i;

/** What somebody pasted, as the API takes it; undefined where it names no such thing. */
export function targetOf(kind: LinkKind, text: string): TaskTargetInput | undefined {
  const said = text.trim();
  switch (kind) {
    case "commit":
      return COMMIT.test(said) ? { commit: said.toLowerCase() } : undefined;
    case "session": {
      const sessionId = idOf("Session", said);
      return sessionId === undefined ? undefined : { sessionId };
    }
    case "command": {
      const commandId = idOf("Command", said);
      return commandId === undefined ? undefined : { commandId };
    }
  }
}

function idOf(type: string, text: string): string | undefined {
  if (UUID.test(text)) return globalId(type, text.toLowerCase());
  return typeOf(text) === type ? text : undefined;
}
