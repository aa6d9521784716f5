import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useClient } from "urql";

import { UNCACHED } from "@/shared/graphql/uncached";

import type { CommandShownFragment } from "../api/CommandShown.generated";
import { RecordedBytesDocument } from "../api/RecordedBytes.generated";
import type { Start } from "../useOutput";
import { OutputFoot, type Shown } from "./OutputFoot";
import { PlainOutput } from "./PlainOutput";
import { TerminalOutput } from "./TerminalOutput";

export type View = "terminal" | "text";

interface OutputProps {
  command: CommandShownFragment;
  /** Bytes that were recorded when the page was opened. */
  recorded: number;
  view: View | undefined;
  onView: (view: View) => void;
  /** The byte whose line is gone to. */
  from: number | undefined;
  mayType: boolean;
  own: boolean;
}

/** More than this is shown from near its end, unless all of it is asked for. */
const LONG_BYTES = 16 * 1024 * 1024;
const TAIL_BYTES = 2 * 1024 * 1024;
const NEWEST_BYTES = 256 * 1024;
/** So much is shown before a place. */
const BEFORE_BYTES = 64 * 1024;

/** Where what is shown begins: so that the place is near, or at the start if that is not too much. */
function beginning(recorded: number, from: number | undefined): number {
  if (from !== undefined) return from > NEWEST_BYTES ? from - BEFORE_BYTES : 0;
  return recorded > LONG_BYTES ? recorded - TAIL_BYTES : 0;
}

/** What a command printed and prints: on a terminal, or as text. */
export function Output({ command, recorded, view, onView, from: place, mayType, own }: OutputProps) {
  const client = useClient();
  const [start, setStart] = useState<Start>({ after: beginning(recorded, place), run: 0 });
  const from = (after: number) => setStart((last) => ({ after, run: last.run + 1 }));
  const newest = async () => {
    const { data } = await client.query(RecordedBytesDocument, { id: command.id }, UNCACHED).toPromise();
    if (data?.command) from(Math.max(0, data.command.recordedBytes - NEWEST_BYTES));
  };
  const shown: View = view ?? (command.terminal && place === undefined ? "terminal" : "text");
  const bar = (
    <SegmentedControl
      size="xs"
      aria-label="How the output is shown"
      value={shown}
      onChange={(next) => onView(next as View)}
      data={[
        { value: "terminal", label: "Terminal" },
        { value: "text", label: "Text" },
      ]}
    />
  );
  const foot = (of: Shown) => (
    <OutputFoot
      command={command}
      shown={of}
      skipped={start.after}
      onFromStart={() => from(0)}
      onNewest={() => void newest()}
    />
  );
  return shown === "text" ? (
    <PlainOutput command={command} start={start} place={start.run === 0 ? place : undefined} bar={bar} foot={foot} />
  ) : (
    <TerminalOutput command={command} start={start} bar={bar} foot={foot} mayType={mayType} own={own} />
  );
}
