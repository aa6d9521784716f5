import { askPlain } from "@/shared/graphql/plain";

import { NodesEndingWithDocument } from "./api/NodesEndingWith.generated";

/** Where what is looked for is: a command is in a session. */
export interface Within {
  projectId?: string | undefined;
  sessionId?: string | undefined;
}

/** The ids of a type, or of any, that end so, as far as the viewer may see what they are of. */
export async function endingWith(suffix: string, type?: string, within: Within = {}): Promise<string[]> {
  const { projectId, sessionId } = within;
  const asked = { suffix, types: type === undefined ? undefined : [type], projectId };
  const { nodesEndingWith: found } = await askPlain(NodesEndingWithDocument, asked);
  return found
    .filter((each) => !sessionId || each.__typename !== "Command" || each.session.id === sessionId)
    .map(({ id }) => id);
}
