import { IconBroadcast, IconPlayerPause, IconPlugConnectedX, IconProgress } from "@tabler/icons-react";

import type { StreamState } from "@/shared/streams/resuming";
import { Status, type StatusLook } from "@/shared/ui/Status";

const LIVE: StatusLook = { tone: "good", icon: IconBroadcast, label: "live" };
const LOOKS: Record<StreamState["is"], StatusLook> = {
  "catching up": LIVE,
  live: LIVE,
  cut: { tone: "warn", icon: IconPlugConnectedX, label: "cut off: goes on where it was" },
  ended: { tone: "quiet", icon: IconProgress, label: "ended" },
  refused: { tone: "bad", icon: IconPlugConnectedX, label: "refused" },
};

export const Following = ({ state, paused }: { state: StreamState; paused: boolean }) => (
  <Status
    {...(paused && state.is !== "cut" ? { tone: "quiet", icon: IconPlayerPause, label: "paused" } : LOOKS[state.is])}
  />
);
