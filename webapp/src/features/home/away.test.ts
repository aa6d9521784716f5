import { expect, test } from "vitest";

import { byWhom, type Group, said } from "./away";

const group = (count: number, more: boolean, ...actors: [string, number][]): Group => ({
  kind: "COMMAND_FAILED",
  count,
  more,
  actors: actors.map(([name, count]) => ({ name, count })),
  newest: [],
});

test.each([
  [group(1, false), "1 command failed"],
  [group(3, false), "3 commands failed"],
  [group(1000, true), "1,000+ commands failed"],
])("%o is said as %j", (each, text) => {
  expect(said(each)).toBe(text);
});

test("several people are told with how much each did", () => {
  expect(byWhom(group(4, false, ["ada", 3], ["ben", 1]))).toBe("ada 3, ben 1");
  expect(byWhom(group(4, false, ["ada", 4]))).toBe("ada");
});
