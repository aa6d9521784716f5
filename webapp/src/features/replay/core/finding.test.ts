import { expect, test } from "vitest";

import { globalId } from "@/shared/text/ids";

import { findAll, firstAfter, lastByteOf, MOST_HITS, occurrences, textsOf } from "./finding";
import { ONE, TWO, usual } from "./session.fixture";

type Page = Awaited<ReturnType<Parameters<typeof findAll>[1]>>;

const node = (uuid: string, offset: number) => ({
  offset,
  excerpt: "ahoy there",
  ranges: [{ start: 0, end: 4 }],
  command: { id: globalId("Command", uuid) },
});

/** Pages of lines, one after the other. */
const paged = (...pages: ReturnType<typeof node>[][]) => {
  const asked: (string | undefined)[] = [];
  const ask = async (after: string | undefined): Promise<Page> => {
    asked.push(after);
    const at = Number(after ?? 0);
    return Promise.resolve({
      edges: (pages[at] ?? []).map((each) => ({ node: each })),
      pageInfo: { hasNextPage: at < pages.length - 1, endCursor: String(at + 1) },
      skippedBytes: 5,
    });
  };
  return { ask, asked };
};

test("all pages are read, empty ones too, and what they have is put in the order of the session", async () => {
  const { ask, asked } = paged([node(TWO, 3)], [], [node(TWO, 9), node(ONE, 40), node(ONE, 7)]);
  const found = await findAll(usual(), ask);
  expect(found.hits.map(({ run, offset }) => `c${run.number}@${offset}`)).toEqual(["c1@7", "c1@40", "c2@3", "c2@9"]);
  expect(found).toMatchObject({ more: false, skippedBytes: 15 });
  expect(asked).toEqual([undefined, "1", "2"]);
});

test("what is of no command of the time line is left out", async () => {
  const other = "0192a000-0000-7000-8000-00000000cccc";
  const { hits } = await findAll(usual(), paged([node(other, 1), node(ONE, 2)]).ask);
  expect(hits.map(({ offset }) => offset)).toEqual([2]);
});

test("it ends with so many lines, and says that there are more", async () => {
  const many = Array.from({ length: MOST_HITS }, (_, offset) => node(ONE, offset));
  const { ask, asked } = paged(many, [node(ONE, 1)]);
  const found = await findAll(usual(), ask);
  expect([found.hits.length, found.more, asked.length]).toEqual([MOST_HITS, true, 1]);
});

test("the first is what comes next in what is looked at, or in what began later, or the very first", async () => {
  const line = usual();
  const [one, two] = line.runs.all;
  const { hits } = await findAll(line, paged([node(TWO, 9), node(ONE, 40), node(ONE, 7)]).ask);
  expect(firstAfter(hits, undefined, 0)).toBe(0);
  expect(firstAfter(hits, one, 8)).toBe(1);
  expect(firstAfter(hits, one, 41)).toBe(2);
  expect(firstAfter(hits, two, 10)).toBe(0);
  expect(firstAfter([], two, 10)).toBe(0);
});

test("what is marked is all that was looked for, or else its first word", async () => {
  const [hit] = (await findAll(usual(), paged([node(ONE, 7)]).ask)).hits;
  if (!hit) throw new Error("nothing was found");
  const wide = { ...hit, excerpt: "⚓ disk is full", ranges: [...ranges([2, 6]), ...ranges([10, 14])] };
  expect(textsOf(wide)).toEqual(["disk is full", "disk"]);
  expect(textsOf(hit)).toEqual(["ahoy"]);
  expect(textsOf({ ...hit, ranges: [] })).toEqual([]);
  expect(lastByteOf(wide)).toBe(7 + 13);
});

test.each([
  ["Ahoy, ahoy", "ahoy", 2],
  ["ahoy", "", 0],
  ["a.c abc", "a.c", 1],
])("in %j %j is %i times", (text, part, times) => {
  expect(occurrences(text, part)).toBe(times);
});

const ranges = (...pairs: [number, number][]) => pairs.map(([start, end]) => ({ start, end }));
