import { uuidOf } from "@/shared/text/ids";

import type { ReplayFoundQuery } from "../api/ReplayFound.generated";
import type { Run } from "./runs";
import type { Timeline } from "./timeline";

type Page = ReplayFoundQuery["search"];
type Recorded = Page["edges"][number]["node"];

/** A line that a command printed, with what was looked for in it. */
export interface Hit {
  readonly run: Run;
  /** Of the line in what the command printed. */
  readonly offset: number;
  readonly excerpt: string;
  /** What was looked for, in code points of the excerpt. */
  readonly ranges: Recorded["ranges"];
}

export interface Found {
  /** Command by command as they began, each from its first line. */
  readonly hits: readonly Hit[];
  /** There were more, of older commands. */
  readonly more: boolean;
  /** What commands that still run printed before what was searched. */
  readonly skippedBytes: number;
}

/** The index gives the newest command first: of more than so many lines the oldest are not shown. */
export const MOST_HITS = 1000;

/** Reads all pages. A page may be empty, and still another follow. */
export async function findAll(line: Timeline, ask: (after: string | undefined) => Promise<Page>): Promise<Found> {
  const lines: Recorded[] = [];
  let skippedBytes = 0;
  let after: string | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- each has the cursor of the next
    const page = await ask(after);
    lines.push(...page.edges.map(({ node }) => node));
    skippedBytes += page.skippedBytes;
    after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? undefined) : undefined;
  } while (after !== undefined && lines.length < MOST_HITS);
  const hits = lines.slice(0, MOST_HITS).flatMap((each) => hitOf(line, each));
  return { hits: hits.toSorted(byPlace), more: after !== undefined || lines.length > MOST_HITS, skippedBytes };
}

function hitOf(line: Timeline, { command, offset, excerpt, ranges }: Recorded): Hit[] {
  const run = line.runOf(uuidOf(command.id));
  return run?.started === undefined || offset === null ? [] : [{ run, offset, excerpt, ranges }];
}

const byPlace = (one: Hit, other: Hit): number =>
  (one.run.started ?? 0) - (other.run.started ?? 0) || one.run.number - other.run.number || one.offset - other.offset;

/** The first that a command printed after so many bytes, or that a later one did; the very first after the last. */
export function firstAfter(hits: readonly Hit[], run: Run | undefined, offset: number): number {
  if (!run) return 0;
  const here = { run, offset, excerpt: "", ranges: [] };
  return Math.max(
    0,
    hits.findIndex((each) => byPlace(each, here) >= 0),
  );
}

/** A byte of it that was printed no earlier than it and, as far as the excerpt tells, no later than its end. */
export const lastByteOf = ({ offset, ranges }: Hit): number =>
  offset + Math.max(0, Math.max(0, ...ranges.map(({ end }) => end)) - 1);

/** What to mark on the screen: all that was looked for, or else its first word. */
export function textsOf({ excerpt, ranges }: Hit): string[] {
  const characters = [...excerpt];
  const [first] = ranges;
  if (!first) return [];
  const start = Math.min(...ranges.map((each) => each.start));
  const end = Math.max(...ranges.map((each) => each.end));
  return [...new Set([characters.slice(start, end).join(""), characters.slice(first.start, first.end).join("")])];
}

/** How often a text is in another, whatever their case. */
export const occurrences = (text: string, part: string): number =>
  part === "" ? 0 : text.toLowerCase().split(part.toLowerCase()).length - 1;
