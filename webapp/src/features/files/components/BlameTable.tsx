import { Text } from "@mantine/core";

import { useProject } from "@/shared/projects/useProjects";
import { commandAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Section } from "@/shared/ui/Page";
import { Time } from "@/shared/ui/Time";

import type { Origin } from "../blame";

interface BlameTableProps {
  sessionId: string;
  origins: readonly Origin[];
  truncated: boolean;
}

/** The same as beside the lines, in words, and by the keyboard. */
export function BlameTable({ sessionId, origins, truncated }: BlameTableProps) {
  const { slug } = useProject();
  return (
    <Section title="Whose the lines are">
      {truncated && (
        <Text size="sm" c="var(--qd-warn)" role="status">
          It changed too often: the oldest lines may be older than they seem.
        </Text>
      )}
      <DataTable
        label="Whose the lines are"
        columns={columnsOf(slug, sessionId)}
        rows={origins}
        rowKey={({ from }) => String(from)}
        rowHeight={34}
      />
    </Section>
  );
}

const columnsOf = (slug: string, sessionId: string): readonly Column<Origin>[] => [
  { key: "lines", header: "Lines", width: "96px", cell: ({ from, to }) => (from === to ? from : `${from}–${to}`) },
  {
    key: "with",
    header: "Came with",
    cell: ({ command, what }) =>
      command ? <HrefLink href={commandAddress(slug, sessionId, command)}>{what || "a command"}</HrefLink> : what,
  },
  { key: "who", header: "By", width: "150px", priority: 2, cell: ({ who }) => who },
  { key: "when", header: "When", width: "110px", cell: ({ recordedAt }) => <Time at={recordedAt} /> },
];
