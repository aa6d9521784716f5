import { Button, Group, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconHistory,
  IconLivePhoto,
  IconPlugConnectedX,
  IconSquareCheck,
} from "@tabler/icons-react";

import type { StreamState } from "@/shared/streams/resuming";
import { bytes } from "@/shared/text/counts";
import { span } from "@/shared/time/spans";
import { SafeText } from "@/shared/ui/SafeText";
import { Status, type StatusLook } from "@/shared/ui/Status";

import type { CommandShownFragment } from "../api/CommandShown.generated";
import { hasEnded } from "../looks";
import type { Progress } from "../run";

const BEHIND_MS = 5000;

/** How what is shown comes. */
export interface Shown {
  state: StreamState;
  progress: Progress;
  /** Undefined where that cannot be said. */
  asRecorded: boolean | undefined;
}

interface OutputFootProps {
  command: CommandShownFragment;
  shown: Shown;
  /** So many bytes before the first are not shown. */
  skipped: number;
  onFromStart: () => void;
  onNewest: () => void;
}

/** Says how what is shown stands to what the command prints. */
export function OutputFoot({ command, shown, skipped, onFromStart, onNewest }: OutputFootProps) {
  const { progress } = shown;
  const behind = behindMs(command, progress);
  return (
    <Group gap="md" px="sm" py={6} role="status">
      <Status {...lookOf(shown, behind)} />
      <Text size="xs" c="dimmed">
        {bytes(progress.bytes)}
      </Text>
      {behind > 0 && (
        <Button size="compact-xs" variant="default" onClick={onNewest}>
          Skip to the newest
        </Button>
      )}
      {skipped > 0 && (
        <>
          <Text size="xs" c="dimmed">
            The first {bytes(skipped)} are not shown.
          </Text>
          <Button size="compact-xs" variant="default" onClick={onFromStart}>
            Show from the start
          </Button>
        </>
      )}
      {progress.gaps.map((why, index) => (
        <Text key={index} size="xs" c="var(--qd-warn)">
          <SafeText text={why} />
        </Text>
      ))}
    </Group>
  );
}

/** How old what came last was when it came, where more of it comes than can be shown. Who prints nothing is not behind. */
function behindMs(command: CommandShownFragment, { printedMs, cameMs, ended }: Progress): number {
  if (ended || cameMs === undefined || hasEnded(command) || !command.startedAt) return 0;
  const late = cameMs - Date.parse(command.startedAt) - printedMs;
  return late > BEHIND_MS ? late : 0;
}

function lookOf({ state, progress, asRecorded }: Shown, behind: number): StatusLook {
  if (progress.ended && asRecorded === false)
    return { tone: "bad", icon: IconAlertTriangle, label: "Not what was recorded: load the page anew" };
  if (progress.ended && asRecorded) return { tone: "good", icon: IconCircleCheck, label: "Complete, as recorded" };
  if (progress.ended || state.is === "ended") return { tone: "quiet", icon: IconSquareCheck, label: "Complete" };
  if (state.is === "cut") return { tone: "warn", icon: IconPlugConnectedX, label: "Cut: goes on from here by itself" };
  if (state.is === "refused") return { tone: "bad", icon: IconAlertTriangle, label: state.error.message };
  if (behind > 0) return { tone: "warn", icon: IconHistory, label: `${span(behind / 1000)} behind` };
  return state.is === "live" || progress.live
    ? { tone: "busy", icon: IconLivePhoto, label: "Live" }
    : { tone: "quiet", icon: IconHistory, label: "Catching up" };
}
