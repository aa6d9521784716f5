import { Select } from "@mantine/core";

import { useAsked } from "@/shared/graphql/useAsked";
import { useProject } from "@/shared/projects/useProjects";
import { about, useFresh } from "@/shared/streams/feed";
import { shortId, uuidOf } from "@/shared/text/ids";
import { visibleText } from "@/shared/text/visible";

import { ComparableSessionsDocument } from "../api/ComparableSessions.generated";
import { kinOf, type Kin } from "../comparing";

interface OtherPickerProps {
  own: { id: string; title: string; forkedFrom: { sessionId: string } | null };
  other: { id: string; title: string } | undefined;
  value: string | undefined;
  onChange: (uuid: string | undefined) => void;
}

const KINS: readonly Kin[] = ["its forks", "what it was forked from", "other forks of that", "others"];

const nameOf = ({ id, title }: { id: string; title: string }): string => `${visibleText(title)} ${shortId(id)}`.trim();

/** The session that is compared with; its relations come first. */
export function OtherPicker({ own, other, value, onChange }: OtherPickerProps) {
  const project = useProject();
  const { data, again } = useAsked({ query: ComparableSessionsDocument, variables: { projectId: project.id } });
  useFresh(again, about("Session"));
  const others = (data?.sessions.edges ?? []).map((edge) => edge.node).filter((each) => each.id !== own.id);
  const listed = others.some((each) => uuidOf(each.id) === value);
  const groups = KINS.map((kin) => ({
    group: kin,
    items: others
      .filter((each) => kinOf(each, own) === kin)
      .map((each) => ({ value: uuidOf(each.id), label: nameOf(each) })),
  })).filter((each) => each.items.length > 0);
  return (
    <Select
      size="xs"
      label="With"
      placeholder="Choose a session"
      searchable
      clearable
      limit={200}
      maxDropdownHeight={340}
      nothingFoundMessage="No such session among the newest 100"
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      data={[
        ...groups,
        ...(value && !listed
          ? [{ group: "in the address", items: [{ value, label: other ? nameOf(other) : value.slice(-8) }] }]
          : []),
      ]}
      data-autofocus={value === undefined || undefined}
    />
  );
}
