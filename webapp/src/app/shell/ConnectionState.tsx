import { Alert, Button, Tooltip } from "@mantine/core";
import { IconPlugConnectedX, IconWifiOff } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";

import type { LineState } from "@/shared/streams/line";
import { useSocket } from "@/shared/streams/useStream";
import { Time } from "@/shared/ui/Time";

import classes from "./ConnectionState.module.css";

function useLine(): LineState {
  const { line } = useSocket();
  return useSyncExternalStore(line.subscribe, () => line.state);
}

const LABELS: Record<LineState["is"], string> = {
  up: "Live",
  idle: "Live",
  connecting: "Connecting",
  down: "Cut",
};

/** A light that says whether what is shown is live. The word is there for who does not see the colour. */
export function ConnectionState() {
  const line = useLine();
  return (
    <Tooltip
      label={line.is === "down" ? "The connection is cut. It is tried again by itself." : "Changes show as they happen"}
    >
      <span className={classes.light} data-is={line.is} role="status">
        {LABELS[line.is]}
      </span>
    </Tooltip>
  );
}

const LONG_MS = 3000;

/** Says that what is shown may be old, once that is not over in a moment. */
export function ConnectionBanner() {
  const { line: store } = useSocket();
  const line = useLine();
  if (line.is !== "down" || line.retryAt - line.since < LONG_MS) return null;
  const offline = !navigator.onLine;
  return (
    <Alert
      mb="md"
      p="xs"
      color="yellow"
      variant="light"
      role="status"
      icon={offline ? <IconWifiOff size={18} aria-hidden /> : <IconPlugConnectedX size={18} aria-hidden />}
      classNames={{ message: classes.banner }}
    >
      <span>
        {offline ? "This computer is offline." : "The gateway does not answer."} What you see is from{" "}
        <Time at={new Date(line.since).toISOString()} />. Nothing is lost: it goes on from there.
      </span>
      <Button size="compact-xs" variant="default" onClick={store.wake}>
        Try now
      </Button>
    </Alert>
  );
}
