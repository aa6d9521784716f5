import { Group, Select, Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";

import { counted } from "@/shared/text/counts";
import { shortId } from "@/shared/text/ids";
import { visibleText } from "@/shared/text/visible";
import { Time } from "@/shared/ui/Time";

import { type Point, usePoints, valueOf, wordsOf } from "../usePoints";

interface PointPickerProps {
  sessionId: string;
  at: string | undefined;
  /** That the point means. */
  tree: string;
  onPoint: (at: string | undefined) => void;
}

const NOW = "now";
const LONGEST = 60;

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

/** Which point in time: now, the start, or after a command. */
export function PointPicker({ sessionId, at, tree, onPoint }: PointPickerProps) {
  const points = usePoints(sessionId, at === undefined ? tree : "");
  const byValue = new Map<string, Point>(points.map((each) => [valueOf(each), each]));
  const options = points
    .map((point, index) => ({ value: valueOf(point), label: cut(visibleText(wordsOf(point, index === 0))) }))
    .filter((each, index, all) => all.findIndex((other) => other.value === each.value) === index)
    .toReversed();
  // a command that changed nothing has no snapshot of its own
  const other =
    at && !byValue.has(at)
      ? [{ value: at, label: at.length === 40 ? `tree ${at.slice(0, 12)}` : `after command ${shortId(at)}` }]
      : [];
  return (
    <Select
      aria-label="Point in time"
      size="xs"
      w={{ base: "100%", xs: 280 }}
      leftSection={<IconHistory size={14} aria-hidden />}
      data={[{ value: NOW, label: "now" }, ...other, ...options]}
      value={at ?? NOW}
      onChange={(next) => onPoint(next === NOW || next === null ? undefined : next)}
      allowDeselect={false}
      searchable
      limit={200}
      maxDropdownHeight={360}
      comboboxProps={{ position: "bottom-end", width: 380 }}
      nothingFoundMessage="No point is called that."
      renderOption={({ option }) => <Option label={option.label} point={byValue.get(option.value)} />}
    />
  );
}

function Option({ label, point }: { label: string; point: Point | undefined }) {
  return (
    <Group justify="space-between" gap="sm" wrap="nowrap" w="100%">
      <Text size="sm" truncate>
        {label}
      </Text>
      {point && (
        <Text size="xs" c="dimmed" style={{ flex: "none" }}>
          {point.filesChanged > 0 && `${counted(point.filesChanged, "file")}, `}
          <Time at={point.recordedAt} />
        </Text>
      )}
    </Group>
  );
}
