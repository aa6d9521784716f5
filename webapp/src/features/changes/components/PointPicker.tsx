import { Group, Select, Text } from "@mantine/core";

import { Time } from "@/shared/ui/Time";

import type { Point } from "../points";

interface PointPickerProps {
  label: string;
  points: readonly Point[];
  value: string | undefined;
  /** What is meant without a point. */
  usual: string;
  onChange: (value: string | undefined) => void;
}

const USUAL = "usual";
const MOST = 200;

/** A point in time of a session's files, by the command that left them. */
export function PointPicker({ label, points, value, usual, onChange }: PointPickerProps) {
  const times = new Map(points.map((each) => [each.value, each.at]));
  const known = value === undefined || times.has(value);
  return (
    <Select
      size="xs"
      label={label}
      searchable
      allowDeselect={false}
      limit={MOST}
      maxDropdownHeight={340}
      nothingFoundMessage="No such point"
      value={value ?? USUAL}
      onChange={(next) => onChange(next === null || next === USUAL ? undefined : next)}
      data={[
        { value: USUAL, label: usual },
        ...points.map((each) => ({ value: each.value, label: each.label })),
        ...(known ? [] : [{ value, label: `tree ${value.slice(0, 12)}` }]),
      ]}
      renderOption={({ option }) => (
        <Group gap="xs" wrap="nowrap" justify="space-between" w="100%">
          <Text size="xs" truncate>
            {option.label}
          </Text>
          {times.has(option.value) && (
            <Text size="xs" c="dimmed" style={{ flex: "none" }}>
              <Time at={times.get(option.value) ?? ""} />
            </Text>
          )}
        </Group>
      )}
    />
  );
}
