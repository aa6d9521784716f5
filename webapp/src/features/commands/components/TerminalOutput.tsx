import { Button, Switch, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCopy } from "@tabler/icons-react";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import type { StreamState } from "@/shared/streams/resuming";
import { FollowLink } from "@/shared/terminal/FollowLink";
import { RESTED } from "@/shared/terminal/guard";
import type { Screen, Size } from "@/shared/terminal/screen";
import { useScreen } from "@/shared/terminal/useScreen";
import { Ask } from "@/shared/ui/Ask";

import type { CommandShownFragment } from "../api/CommandShown.generated";
import { ResizeCommandDocument } from "../api/ResizeCommand.generated";
import { hasEnded } from "../looks";
import type { OutputSink } from "../run";
import { type Start, useOutput } from "../useOutput";
import { FindBar } from "./FindBar";
import type { Shown } from "./OutputFoot";
import { useKeyboard } from "./useKeyboard";

import classes from "./Output.module.css";

interface TerminalOutputProps {
  command: CommandShownFragment;
  start: Start;
  /** The viewer may write to it. */
  mayType: boolean;
  /** It is the viewer's own: its keyboard is on from the start. */
  own: boolean;
  bar: ReactNode;
  foot: (shown: Shown) => ReactNode;
}

const PIPE: Size = { columns: 120, rows: 30 };

/** Output on a terminal, live, and the keyboard of who may and wants to type. */
export function TerminalOutput({ command, start, mayType, own, bar, foot }: TerminalOutputProps) {
  const element = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const ended = hasEnded(command);
  // from the start: keys that are typed before the program is seen to run must not be the page's
  const offered = mayType && !ended && command.terminal !== null;
  const [on, setOn] = useState(own);
  const typing = offered && on;
  const [link, setLink] = useState<URL>();
  const live = useRef<() => boolean>(() => false);
  const screen = useScreen(element, {
    size: command.terminal ?? PIPE,
    piped: command.terminal === null,
    answers: () => typing && live.current(),
    modes: () => !ended,
    follow: setLink,
  });
  const sink = useMemo<OutputSink | undefined>(
    () => screen && { write: (data) => screen.write(data), note: (text) => screen.mark(text) },
    // oxlint-disable-next-line react/exhaustive-deps -- another run is another sink
    [screen, start.run],
  );
  const { state, progress, asRecorded, isLive } = useOutput(command, start, sink);
  // output comes sooner than the news that it runs
  const running = command.state === "RUNNING" || progress.bytes > 0;
  useEffect(() => {
    live.current = isLive;
  });
  useMarks(screen, state, ended && progress.ended);
  const say = useCallback((text: string) => void notifications.show({ message: text, color: "yellow" }), []);
  const keys = { typing, running };
  const { pasting, drop, paste } = useKeyboard(screen, element, command.id, keys, say, () => field.current?.focus());
  useSize(screen, element, command, typing && running);

  return (
    <div className={classes.frame}>
      <div className={classes.bar}>
        {bar}
        {offered && (
          <Tooltip label="What you type goes to the program. Ctrl-] leaves the terminal.">
            <Switch
              size="sm"
              label="Keyboard"
              checked={on}
              onChange={(event) => {
                setOn(event.currentTarget.checked);
                if (event.currentTarget.checked) screen?.terminal.focus();
              }}
            />
          </Tooltip>
        )}
        <span className={classes.grow} />
        <FindBar field={field} onFind={(text, back) => found(screen, text, back)} />
        <CopyAll screen={screen} />
      </div>
      <div ref={element} className={classes.screen} data-typing={typing} data-testid="terminal" />
      <div className={classes.foot}>{foot({ state, progress, asRecorded })}</div>
      {link && <FollowLink link={link} onClose={() => setLink(undefined)} />}
      {pasting !== undefined && (
        <Ask
          title="Paste several lines?"
          explained="Each line may be run at once."
          shown={pasting}
          yes="Paste"
          onYes={paste}
          onClose={drop}
        />
      )}
    </div>
  );
}

const found = (screen: Screen | undefined, text: string, back: boolean): boolean =>
  (back ? screen?.search.findPrevious(text) : screen?.search.findNext(text)) ?? false;

/** Copies what is chosen, or all that the terminal remembers. */
function CopyAll({ screen }: { screen: Screen | undefined }) {
  const chosen = () => {
    if (!screen) return "";
    if (screen.terminal.hasSelection()) return screen.terminal.getSelection();
    screen.terminal.selectAll();
    const all = screen.terminal.getSelection();
    screen.terminal.clearSelection();
    return all.trimEnd();
  };
  return (
    <Button
      variant="default"
      leftSection={<IconCopy size={14} aria-hidden />}
      onClick={() => void navigator.clipboard.writeText(chosen())}
    >
      Copy
    </Button>
  );
}

/** A cut is marked where it was; a program that is over leaves nothing switched on. */
function useMarks(screen: Screen | undefined, state: StreamState, over: boolean): void {
  const cut = state.is === "cut";
  useEffect(() => {
    if (cut) screen?.mark("The connection was cut here, and went on from here.");
  }, [cut, screen]);
  useEffect(() => {
    if (over) void screen?.write(RESTED);
  }, [over, screen]);
}

const SETTLED_MS = 150;

/** Who types says how large the terminal is; who looks on sees it as it is. */
function useSize(
  screen: Screen | undefined,
  element: React.RefObject<HTMLDivElement | null>,
  { id, terminal }: CommandShownFragment,
  typing: boolean,
): void {
  const { run } = useDone(ResizeCommandDocument);
  const { columns, rows } = terminal ?? {};
  const piped = terminal === null;
  useEffect(() => {
    if (screen && columns && rows && !typing) screen.resize({ columns, rows });
  }, [screen, columns, rows, typing]);
  useEffect(() => {
    if (!screen || !element.current || !(typing || piped)) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fit = () => {
      const room = screen.room();
      if (!room || (room.columns === screen.terminal.cols && room.rows === screen.terminal.rows)) return;
      screen.resize(room);
      if (typing) void run({ input: { commandId: id, terminal: room } });
    };
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(fit, SETTLED_MS);
    });
    observer.observe(element.current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
    // oxlint-disable-next-line react/exhaustive-deps -- `run` is made anew each time and does the same
  }, [screen, element, id, typing, piped]);
}
