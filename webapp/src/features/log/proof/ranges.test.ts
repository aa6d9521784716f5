import { expect, test } from "vitest";

import { GENESIS } from "./chain";
import { keptAfter, rangesFor, RECENT, startOf } from "./ranges";

const head = { position: 50, digest: "aa" };
const later = { position: 90, digest: "bb" };
const told = (position: number) => Promise.resolve(`told ${position}`);

test("what was checked need not be checked again", async () => {
  expect(rangesFor(60, {})).toEqual(["all"]);
  expect(rangesFor(60, { head })).toEqual(["since", "all"]);
  expect(rangesFor(RECENT * 2, { head })).toEqual(["since", "recent", "all"]);
  expect(rangesFor(40, { head })).toEqual(["all"]);
  expect(await startOf("since", 60, { head }, told)).toBe(head);
  expect(await startOf("all", 60, { head }, told)).toBe(GENESIS);
  expect(await startOf("recent", RECENT + 7, {}, told)).toEqual({ position: 7, digest: "told 7" });
});

test("only what reaches back to the first event is remembered", () => {
  expect(keptAfter({}, GENESIS, later, "now")).toEqual({ head: later, checkedAt: "now" });
  expect(keptAfter({ head }, head, later, "now").head).toBe(later);
  expect(keptAfter({ head }, { position: 50, digest: "cc" }, later, "now").head).toBe(head);
  expect(keptAfter({}, { position: 7, digest: "x" }, later, "now")).toEqual({});
});
