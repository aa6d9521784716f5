import fc from "fast-check";
import { expect, test } from "vitest";

import { byCommand, type Hit, NOTHING, PAGE, type Page, parts, searched } from "./found";

const hit = (command: string, offset: number): Hit =>
  ({ kind: "OUTPUT", offset, excerpt: "", ranges: [], cut: false, command: { id: command } }) as unknown as Hit;
const page = (many: number, endCursor: string | null, more: Partial<Page> = {}): Page => ({
  edges: Array.from({ length: many }, (_, at) => ({ cursor: `${at}`, node: hit("c", at) })),
  pageInfo: { hasNextPage: endCursor !== null, endCursor },
  skippedBytes: 1,
  searchedUpto: 9,
  ...more,
});

async function all(pages: Page[], end = 9) {
  const asked: unknown[] = [];
  const steps = [];
  const ask = async (after: string | undefined, first: number) => {
    asked.push([after, first]);
    await Promise.resolve();
    return pages[asked.length - 1] as Page;
  };
  for await (const found of searched(ask, NOTHING, end)) steps.push(found);
  return { asked, steps, last: steps.at(-1) };
}

test("pages that end early are gone past until there is enough", async () => {
  const { asked, steps, last } = await all([page(0, "a"), page(20, "b"), page(30, "c"), page(1, null)]);
  expect(asked).toEqual([
    [undefined, PAGE],
    ["a", PAGE],
    ["b", 30],
  ]);
  expect(steps.map(({ hits }) => hits.length)).toEqual([0, 20, 50]);
  expect(last).toMatchObject({ after: "c", skippedBytes: 3, behind: undefined });
});

test("it ends where there is no more, and says how far the index is", async () => {
  const { last } = await all([page(2, null, { searchedUpto: 7 })]);
  expect(last).toMatchObject({ after: undefined, behind: 7 });
});

test("lines are kept by their command, in their order", () => {
  const groups = byCommand([hit("b", 1), hit("b", 2), hit("a", 1), hit("b", 3)]);
  expect(groups.map(({ command, hits }) => [command.id, hits.map(({ offset }) => offset)])).toEqual([
    ["b", [1, 2, 3]],
    ["a", [1]],
  ]);
});

test("ranges count characters, and not their halves", () => {
  expect(parts("🎉 ok 🎉", [{ start: 2, end: 4 }])).toEqual([
    { text: "🎉 ", found: false },
    { text: "ok", found: true },
    { text: " 🎉", found: false },
  ]);
});

test("parts are the whole line, and marked is what is in a range", () => {
  const range = fc.tuple(fc.nat(30), fc.nat(10)).map(([start, many]) => ({ start, end: start + many }));
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 30 }), fc.array(range), (text, ranges) => {
      const shown = parts(text, ranges);
      expect(shown.map((part) => part.text).join("")).toBe(text);
      const inRange = [...text].filter((_, at) => ranges.some(({ start, end }) => start <= at && at < end));
      expect(shown.flatMap((part) => (part.found ? [...part.text] : []))).toEqual(inRange);
    }),
  );
});
