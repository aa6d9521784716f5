import { Button, Group, MultiSelect, Pill, Popover, Select, Stack, Text } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useState } from "react";

import type { UsageDimension } from "@/shared/graphql/schema.generated";
import { useAsked } from "@/shared/graphql/useAsked";
import { shortId, typeOf } from "@/shared/text/ids";
import { visibleText } from "@/shared/text/visible";

import { UsageValuesDocument } from "../api/UsageValues.generated";
import { type Board, timesOf } from "../board";
import { groupLabel } from "../points";
import { type FilterName, FILTERS } from "../search";
import { dimensionName } from "../terms";

const dimension = (name: FilterName) => name.toUpperCase() as UsageDimension;

/** Whose usage counts only. What can be chosen is what was measured in that time. */
export function Filters({ board }: { board: Board }) {
  const [opened, setOpened] = useState(false);
  const { search, go } = board;
  const narrowed = FILTERS.filter((name) => search[name]);
  return (
    <>
      <Popover opened={opened} onChange={setOpened} position="bottom-start" width={320} trapFocus shadow="md">
        <Popover.Target>
          <Button
            variant="default"
            leftSection={<IconFilter size={14} aria-hidden />}
            onClick={() => setOpened(!opened)}
          >
            Filter
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Filter">{opened && <Choosing board={board} />}</Popover.Dropdown>
      </Popover>
      {narrowed.map((name) => (
        <Narrowed key={name} name={name} values={search[name] ?? []} board={board} />
      ))}
      {narrowed.length > 0 && (
        <Button variant="subtle" onClick={() => go(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}>
          Clear
        </Button>
      )}
    </>
  );
}

function useValues(board: Board, name: FilterName, pause = false) {
  const asked = useAsked({
    query: UsageValuesDocument,
    variables: { ...timesOf(board), by: [dimension(name)] },
    pause,
  });
  const entries = [...(asked.data?.calls.entries ?? []), ...(asked.data?.commands.entries ?? [])];
  const found = new Map<string, string>();
  for (const { point } of entries)
    if (point.group[0]?.dimension === dimension(name))
      found.set(point.group[0].value, visibleText(groupLabel(point.group)));
  return { ...asked, values: found };
}

function Choosing({ board }: { board: Board }) {
  const [name, setName] = useState<FilterName>("model");
  const { values, waiting, fault } = useValues(board, name);
  const chosen = board.search[name] ?? [];
  const known = new Map([...chosen.map((each): [string, string] => [each, plain(each)]), ...values]);
  return (
    <Stack gap="xs">
      <Select
        size="xs"
        label="By"
        data={FILTERS.map((each) => ({ value: each, label: dimensionName(dimension(each)) }))}
        value={name}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        onChange={(value) => setName(FILTERS.find((each) => each === value) ?? "model")}
      />
      <MultiSelect
        size="xs"
        label="Only these"
        placeholder={waiting ? "Loading …" : chosen.length > 0 ? undefined : "any"}
        data={[...known].map(([value, label]) => ({ value, label }))}
        value={chosen}
        searchable
        hidePickedOptions
        comboboxProps={{ withinPortal: false }}
        nothingFoundMessage="Nothing of that name was measured"
        onChange={(next) => board.go({ [name]: next.length > 0 ? next : undefined })}
      />
      {fault && (
        <Text size="xs" c="dimmed">
          {fault.message}
        </Text>
      )}
    </Stack>
  );
}

const plain = (value: string): string => visibleText(value === "" ? "(none)" : typeOf(value) ? shortId(value) : value);
const NAMED: ReadonlySet<FilterName> = new Set(["user", "session", "task"]);

interface NarrowedProps {
  name: FilterName;
  values: readonly string[];
  board: Board;
}

function Narrowed({ name, values, board }: NarrowedProps) {
  const known = useValues(board, name, !NAMED.has(name)).values;
  return (
    <Group gap={4}>
      {values.map((value) => (
        <Pill
          key={value}
          size="md"
          withRemoveButton
          onRemove={() => {
            const rest = values.filter((each) => each !== value);
            board.go({ [name]: rest.length > 0 ? rest : undefined });
          }}
          removeButtonProps={{ "aria-label": `Any ${name}`, tabIndex: 0, "aria-hidden": false }}
        >
          {name} {known.get(value) ?? plain(value)}
        </Pill>
      ))}
    </Group>
  );
}
