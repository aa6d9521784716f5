import { useAsked } from "@/shared/graphql/useAsked";
import { shortId } from "@/shared/text/ids";

import { ProjectMembersDocument } from "./ProjectMembers.generated";

/** Who may see a project, and what those are called; without a project nobody is known. */
export function useMembers(projectId: string | undefined) {
  const { data } = useAsked({
    query: ProjectMembersDocument,
    variables: { id: projectId ?? "" },
    pause: projectId === undefined,
  });
  const members = data?.project?.members ?? [];
  const nameOf = (userId: string): string =>
    members.find((each) => each.userId === userId)?.name || `user ${shortId(userId)}`;
  return { members, nameOf };
}
