import { Select, SimpleGrid } from "@mantine/core";

import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { useMembers } from "@/shared/projects/useMembers";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { shortId } from "@/shared/text/ids";
import { visibleText } from "@/shared/text/visible";

import { BudgetSubjectsDocument } from "../api/BudgetSubjects.generated";
import type { Terms } from "../terms";
import { COVERS, type Covers } from "../words";

interface SubjectProps {
  terms: Terms;
  change: (part: Partial<Terms>) => void;
  wrong: string | undefined;
}

interface Choice {
  value: string;
  label: string;
}

/** What a budget covers, of what there is. */
export function Subject({ terms, change, wrong }: SubjectProps) {
  const project = useProjectOrServer();
  const choices = useChoices(project?.id);
  const kinds: Covers[] = project ? ["EVERYTHING", "USER", "PERSONA", "SESSION", "TASK"] : ["EVERYTHING", "USER"];
  const everything = project ? `all of ${visibleText(project.name)}` : "all projects";
  const offered = terms.covers === "EVERYTHING" ? undefined : choices[terms.covers];
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
      <Select
        label="Covers"
        description="Every budget that covers a call counts it"
        data={kinds.map((kind) => ({ value: kind, label: kind === "EVERYTHING" ? everything : COVERS[kind] }))}
        value={terms.covers}
        allowDeselect={false}
        onChange={(covers) => change({ covers: covers as Covers, subject: "" })}
      />
      {offered && (
        <Select
          label="Which"
          description={offered.length === 0 ? "There is none to choose yet" : "What it asks and pauses"}
          placeholder="Choose"
          data={offered}
          searchable
          limit={100}
          nothingFoundMessage="There is no such one"
          value={terms.subject || null}
          error={wrong}
          onChange={(subject) => change({ subject: subject ?? "" })}
        />
      )}
    </SimpleGrid>
  );
}

function useChoices(projectId: string | undefined): Record<Exclude<Covers, "EVERYTHING">, Choice[]> {
  const { viewer, may } = useViewer();
  const { members } = useMembers(projectId);
  const { data } = useAsked({
    query: BudgetSubjectsDocument,
    variables: { projectId: projectId ?? "", sessions: may("session:read"), tasks: may("task:read") },
    pause: projectId === undefined,
    requestPolicy: "cache-and-network",
  });
  const users = projectId ? members.map((each) => ({ id: each.userId, name: each.name })) : viewer ? [viewer] : [];
  return {
    USER: users.map(({ id, name }) => ({
      value: id,
      label: `${visibleText(name) || shortId(id)}${id === viewer?.id ? " (me)" : ""}`,
    })),
    PERSONA:
      data?.project?.personas.edges.map(({ node }) => ({ value: node.name, label: visibleText(node.name) })) ?? [],
    SESSION:
      data?.project?.sessions?.edges.map(({ node }) => ({
        value: node.id,
        label: `${visibleText(node.title) || "session"} · ${shortId(node.id)}`,
      })) ?? [],
    TASK:
      data?.tasks?.edges.map(({ node }) => ({
        value: node.id,
        label: `T-${node.number} ${visibleText(node.title)}`,
      })) ?? [],
  };
}
