import { Button, CloseButton, Group, MultiSelect, Select, Stack, TagsInput, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";

import { useMembers } from "@/shared/projects/useMembers";
import { uuidOf } from "@/shared/text/ids";
import { visibleText } from "@/shared/text/visible";

import { KINDS } from "../kinds";
import type { FilterTyped, RuleTyped } from "../rules";

interface FilterFieldsProps {
  typed: RuleTyped;
  change: (part: Partial<RuleTyped>) => void;
  projectId: string | undefined;
}

/** Which of it is looked at: of each dimension some values. */
export function FilterFields({ typed, change, projectId }: FilterFieldsProps) {
  const { filters } = typed;
  const free = KINDS[typed.kind].dimensions.filter((each) => filters.every((filter) => filter.dimension !== each));
  const replace = (index: number, next: FilterTyped | undefined) =>
    change({ filters: filters.flatMap((each, at) => (at === index ? (next ?? []) : each)) });
  return (
    <Stack gap="xs">
      {filters.length > 0 && (
        <Text size="sm" fw={500}>
          Only of these
        </Text>
      )}
      {filters.map((filter, index) => (
        <Group key={index} gap="xs" align="flex-start" wrap="nowrap">
          <Select
            w={130}
            aria-label="Only of"
            data={[filter.dimension, ...free].filter(Boolean)}
            value={filter.dimension}
            allowDeselect={false}
            onChange={(dimension) => replace(index, { dimension: dimension ?? "", values: [] })}
          />
          <Values filter={filter} projectId={projectId} onChange={(values) => replace(index, { ...filter, values })} />
          <CloseButton aria-label={`Not only of ${filter.dimension}`} onClick={() => replace(index, undefined)} />
        </Group>
      ))}
      {free.length > 0 && (
        <Group>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={12} aria-hidden />}
            onClick={() => change({ filters: [...filters, { dimension: free[0] ?? "", values: [] }] })}
          >
            Look at some of it only
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface ValuesProps {
  filter: FilterTyped;
  projectId: string | undefined;
  onChange: (values: string[]) => void;
}

const WITH_IDS: ReadonlySet<string> = new Set(["user", "project", "session", "task", "budget"]);

function Values({ filter, projectId, onChange }: ValuesProps) {
  const { members } = useMembers(projectId);
  const shared = { style: { flex: 1 }, "aria-label": `Which ${filter.dimension}`, maxValues: 20 };
  if (filter.dimension === "user" && members.length > 0)
    return (
      <MultiSelect
        {...shared}
        placeholder={filter.values.length === 0 ? "Choose" : undefined}
        data={members.map(({ userId, name }) => ({ value: uuidOf(userId), label: visibleText(name) }))}
        value={[...filter.values]}
        onChange={onChange}
      />
    );
  return (
    <TagsInput
      {...shared}
      maxTags={20}
      placeholder={WITH_IDS.has(filter.dimension) ? "Whole ids, each with Enter" : "Values, each with Enter"}
      value={[...filter.values]}
      onChange={onChange}
    />
  );
}
