import {
  type Icon,
  IconBolt,
  IconCoins,
  IconFile,
  IconListCheck,
  IconServer,
  IconTerminal2,
  IconWorld,
} from "@tabler/icons-react";

import type { KindName } from "./kindNames";

interface Kind {
  label: string;
  icon: Icon;
  topics: readonly string[];
}

/** What events of a session are about. */
export const kinds: Record<KindName, Kind> = {
  commands: {
    label: "Commands",
    icon: IconTerminal2,
    topics: [
      "CommandRequested",
      "CommandStarted",
      "CommandBackgrounded",
      "CommandResized",
      "CommandSignalled",
      "CommandTypistChanged",
      "CommandCancelRequested",
      "CommandFinished",
      "CommandLost",
      "CommandRefused",
    ],
  },
  session: {
    label: "Session",
    icon: IconServer,
    topics: [
      "SessionOpened",
      "SessionAdmitted",
      "SessionProvisioned",
      "SessionProvisioningFailed",
      "SessionPauseRequested",
      "SessionPaused",
      "SessionResumeRequested",
      "SessionResumed",
      "SessionForked",
      "SessionAdopted",
      "SessionReopened",
      "SessionHeld",
      "SessionLetGo",
      "SessionLimitNear",
      "SessionLost",
      "SessionCloseRequested",
      "SessionClosed",
      "ImageBuildStarted",
      "ImageBuilt",
      "ImageBuildFailed",
    ],
  },
  files: {
    label: "Files",
    icon: IconFile,
    topics: [
      "WorkspacePrepared",
      "SnapshotTaken",
      "QuotaExceeded",
      "WorkspaceExported",
      "WorkspaceFileWritten",
      "WorkspaceRestoreRequested",
      "WorkspaceRestored",
      "WorkspaceRestoreFailed",
      "WorkspaceRebuilt",
      "WorkspaceDiscarded",
      "WorkSetAside",
    ],
  },
  network: {
    label: "Network",
    icon: IconWorld,
    topics: ["NetworkAccessDecided", "SessionNetworkChanged", "PreviewOpened", "PreviewEntered"],
  },
  tasks: {
    label: "Tasks",
    icon: IconListCheck,
    topics: ["SessionTaskGiven", "SessionTaskFilesRead", "TaskWorkNoted", "TaskProgressNoted"],
  },
  usage: {
    label: "Usage",
    icon: IconCoins,
    topics: ["ModelUsageRecorded", "BudgetCharged", "BudgetExhausted"],
  },
};

const icons = new Map<string, Icon>(
  Object.values(kinds).flatMap((kind) => kind.topics.map((each) => [each, kind.icon])),
);

export const iconOf = (topic: string): Icon => icons.get(topic) ?? IconBolt;

export type EventTone = "good" | "bad" | "warn" | "plain";

/** Which events stand out. */
export function toneOf(event: { topic: string; payload?: string | null }): EventTone {
  if (/(Failed|Lost|Refused|Exceeded|Exhausted)$/.test(event.topic)) return "bad";
  if (event.topic === "CommandFinished")
    return /"reason":"exited"/.test(event.payload ?? "") && /"exit_code":0\b/.test(event.payload ?? "")
      ? "good"
      : "bad";
  if (event.topic === "NetworkAccessDecided") return /"verdict":"refused"/.test(event.payload ?? "") ? "warn" : "plain";
  return /(Paused|Held|LimitNear|CancelRequested|Signalled)$/.test(event.topic) ? "warn" : "plain";
}
