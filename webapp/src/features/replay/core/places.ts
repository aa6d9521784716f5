import type { Run } from "./runs";
import type { Timeline } from "./timeline";

/** Where in a session one may be. */
export interface Place {
  /** Seconds after the first event. */
  readonly at: number;
  /** How many events there were until then, with the one that is meant. */
  readonly count: number;
  /** Of one that names a command. */
  readonly run?: Run;
  /** How much that command had printed: the moment is when it printed the next byte. */
  readonly offset?: number;
}

export type Found = { readonly place: Place } | { readonly wrong: string };

const HOW = "Give a time as 1:23 or 90s, a position of the log as 1042, or a command as c3 or by its id.";
const INTO = /^(?:(?:(\d{1,5}):)?(\d{1,5}):)?(\d{1,6}(?:\.\d{1,6})?)s?$/;
const DIGITS = /^\d{1,15}$/;
const NUMBER = /^[c#](\d{1,9})$/i;
const SUFFIX = /^[0-9a-f]{4,32}$/;

export const momentOf = (line: Timeline, seconds: number): Place => {
  const at = Math.min(Math.max(0, seconds), line.end);
  return { at, count: line.countAt(at) };
};

/** That of the event which has this number, from 1; the nearest where there is none. */
export function eventPlace(line: Timeline, count: number): Place {
  const within = Math.min(Math.max(count, 1), Math.max(1, line.length));
  return { at: line.timeOf(within - 1), count: within };
}

/** A time, a position of the log, a command with or without an offset in its output, `start` or `end`. */
export function placeOf(line: Timeline, typed: string): Found {
  const word = typed.trim().toLowerCase();
  if (word === "start") return { place: momentOf(line, 0) };
  if (word === "end") return { place: { at: line.end, count: line.length } };
  if (DIGITS.test(word)) return position(line, Number(word));
  const [name = "", offset] = word.split("@");
  const run = runOf(line, name);
  if (typeof run === "string") return { wrong: run };
  if (run) return ofRun(line, run, offset);
  const seconds = secondsOf(word);
  return seconds === undefined
    ? { wrong: `“${typed.slice(0, 60)}” is no place in this session. ${HOW}` }
    : { place: momentOf(line, seconds) };
}

/** `1:23`, `1:02:03`, `90s` or `1.5` in seconds. */
export function secondsOf(word: string): number | undefined {
  const found = INTO.exec(word);
  return found ? Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3]) : undefined;
}

/** As `1:23.4` or `2:01:23.4`. */
export function clockOf(seconds: number): string {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const minutes = Math.floor(tenths / 600);
  const rest = `${two(Math.floor((tenths % 600) / 10))}.${tenths % 10}`;
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

/** A time as addresses have it, to the millisecond: `qd audit replay --from` takes it too. */
export const written = (seconds: number): string => `${Math.round(seconds * 1000) / 1000}s`;

const two = (value: number): string => String(value).padStart(2, "0");

function position(line: Timeline, wanted: number): Found {
  const { first, last } = line;
  return wanted < first || wanted > last
    ? { wrong: `Position ${wanted} is not in this session's record: it has ${first} to ${last}. ${HOW}` }
    : { place: eventPlace(line, line.countAtPosition(wanted)) };
}

function runOf(line: Timeline, word: string): Run | string | undefined {
  const { all } = line.runs;
  const numbered = NUMBER.exec(word)?.[1];
  if (numbered) return all[Number(numbered) - 1] ?? `There is no command ${numbered}: the session ran ${all.length}.`;
  const plain = word.replaceAll("-", "");
  if (!SUFFIX.test(plain) || secondsOf(word) !== undefined) return undefined;
  const found = all.filter((each) => each.id.replaceAll("-", "").endsWith(plain));
  if (found.length === 1) return found[0];
  return found.length > 1
    ? `${word} could be any of ${found.length} commands. Give more of its digits.`
    : `No command of this session has an id that ends with ${word}. ${HOW}`;
}

function ofRun(line: Timeline, run: Run, offset: string | undefined): Found {
  if (offset === undefined) return { place: { ...momentOf(line, run.started ?? run.requested), run } };
  if (!DIGITS.test(offset) || run.started === undefined)
    return { wrong: `Command c${run.number} printed nothing at ${offset.slice(0, 20)}. ${HOW}` };
  return { place: { ...momentOf(line, run.started), run, offset: Number(offset) } };
}
