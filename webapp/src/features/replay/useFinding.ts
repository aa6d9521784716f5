import { useRef, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { askPlain, faultIn, Refused } from "@/shared/graphql/plain";

import { ReplayFoundDocument } from "./api/ReplayFound.generated";
import { findAll, firstAfter, type Found, type Hit } from "./core/finding";
import type { Timeline } from "./core/timeline";
import type { Player } from "./player";

const PAGE = 100;
const NOTHING: Found = { hits: [], more: false, skippedBytes: 0 };

interface Finding extends Found {
  /** What was looked for; empty: nothing yet. */
  asked: string;
  /** The one that was gone to last. */
  index: number;
  searching: boolean;
  fault: Fault | undefined;
}

const IDLE: Finding = { ...NOTHING, asked: "", index: -1, searching: false, fault: undefined };

export interface Finder extends Finding {
  hit: Hit | undefined;
  /** To the next one of what was looked for before, or else of what is looked for now. */
  find: (text: string, by: 1 | -1) => void;
  /** To the one before or the next, where something was looked for. False: nothing was. */
  step: (by: 1 | -1) => boolean;
  end: () => void;
}

/** Looks for words in what the session's commands printed, and goes to when that was. */
export function useFinding(player: Player, sessionId: string): Finder {
  const [finding, setFinding] = useState<Finding>(IDLE);
  const running = useRef<AbortController>(undefined);

  const go = (found: Finding, index: number) => {
    setFinding({ ...found, index });
    const hit = found.hits[index];
    if (hit) void player.find(hit);
  };
  const look = (text: string) => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setFinding({ ...IDLE, asked: text, searching: true });
    const found = ({ hits, more, skippedBytes }: Found) =>
      go({ ...IDLE, asked: text, hits, more, skippedBytes }, firstAfter(hits, player.scene.shown, player.printed));
    search(player.line, sessionId, text, mine.signal).then(
      (all) => mine.signal.aborted || found(all),
      (error: unknown) => mine.signal.aborted || setFinding({ ...IDLE, asked: text, fault: faultIn(error) }),
    );
  };
  const step = (by: 1 | -1): boolean => {
    const { hits, index, searching } = finding;
    if (searching || hits.length === 0) return false;
    go(finding, (index + by + hits.length) % hits.length);
    return true;
  };
  const find = (typed: string, by: 1 | -1) => {
    const text = typed.trim();
    if (text === "") return;
    if (text !== finding.asked || finding.fault) look(text);
    else step(by);
  };
  const end = () => {
    running.current?.abort();
    setFinding(IDLE);
  };
  return { ...finding, hit: finding.hits[finding.index], find, step, end };
}

/** Waits until the index has the session's end; where that does not come in time, what is there is better than nothing. */
function search(line: Timeline, sessionId: string, text: string, signal: AbortSignal): Promise<Found> {
  const ask = async (after: string | undefined, waitFor?: number) =>
    (await askPlain(ReplayFoundDocument, { text, sessionId, first: PAGE, after, waitFor }, signal)).search;
  return findAll(line, (after) =>
    after
      ? ask(after)
      : ask(after, line.last).catch((error: unknown) => {
          if (error instanceof Refused && error.fault.code === "UNAVAILABLE") return ask(after);
          throw error;
        }),
  );
}
