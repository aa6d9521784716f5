import fc from "fast-check";
import { expect, test } from "vitest";

import { pictureOf } from "./marks";
import { clockOf, eventPlace, momentOf, placeOf, written } from "./places";
import { lineOf, ONE, usual } from "./session.fixture";
import { State, States } from "./state";
import { toldAt } from "./told";

const at = (line: ReturnType<typeof usual>, typed: string) => {
  const found = placeOf(line, typed);
  return "wrong" in found ? found.wrong : found.place.at;
};

test.each([
  ["start", 0],
  ["end", 20],
  ["0:05", 5],
  ["5s", 5],
  ["5.25", 5.25],
  ["0:00:07", 7],
  ["1:00", 20],
  ["41", 2],
  ["45", 2],
  ["c1", 4],
  ["C2", 6],
  [ONE, 4],
  ["bbbb", 6],
  ["c2@7", 6],
])("%s is the moment %d", (typed, moment) => {
  expect(at(usual(), typed)).toBe(moment);
});

test.each([
  ["c3", "There is no command 3: the session ran 2."],
  ["5000", "Position 5000 is not in this session's record: it has 11 to 141."],
  ["dead", "No command of this session has an id that ends with dead."],
  ["noon", "“noon” is no place in this session."],
  ["c1@x", "Command c1 printed nothing at x."],
])("%s is no place, and it is said why", (typed, why) => {
  expect(at(usual(), typed)).toContain(why);
});

test("a position among events of one moment means the one that is named", () => {
  expect(placeOf(usual(), "31")).toEqual({ place: { at: 2, count: 3 } });
  expect(momentOf(usual(), 2).count).toBe(4);
  expect(eventPlace(usual(), 99)).toEqual({ at: 20, count: 14 });
});

test("what a moment is written as leads back to it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 19_999 }), (ms) => {
      expect(at(usual(), written(ms / 1000))).toBeCloseTo(ms / 1000, 6);
    }),
  );
  expect(clockOf(83.46)).toBe("1:23.4");
  expect(clockOf(7283.4)).toBe("2:01:23.4");
});

test("at each moment it is known what runs, and how it ended", () => {
  const { runs } = usual();
  expect([3, 4, 6, 11, 12].map((moment) => runs.runningAt(moment).map((run) => run.number))).toEqual([
    [],
    [1],
    [1, 2],
    [1],
    [],
  ]);
  expect(runs.latestAt(11)?.number).toBe(2);
  expect(runs.all.map((run) => run.outcome?.words)).toEqual(["exit 0", "exit 3"]);
  expect(runs.all.map((run) => run.terminal?.columns)).toEqual([80, undefined]);
});

test("how all stood at a place", () => {
  const states = new States(usual().facts);
  expect(states.upTo(141)).toMatchObject({ session: "closed", reason: "done", tree: "t1", notes: ["half way"] });
  expect([...states.upTo(141).files]).toEqual([
    ["a", undefined],
    ["b", "modified"],
  ]);
  const middle = states.upTo(124);
  expect(middle).toMatchObject({ session: "running", worker: "here", jail: "bubblewrap", tree: "t1" });
  expect([...middle.files]).toEqual([["a", "added"]]);
  expect([...middle.refused]).toEqual([["pypi.org:443", 2]]);
  expect(states.upTo(15)).toMatchObject({ session: "waits for a place", tree: "" });
});

test("a state is the same, whichever way one came to it", () => {
  const { facts } = usual();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1 }), (way) => {
      const states = new States(facts);
      for (const position of way) states.upTo(position);
      const last = way.at(-1) ?? 0;
      const fresh = new State();
      for (const each of facts) if (each.position <= last) fresh.take(each);
      expect(states.upTo(last)).toEqual(fresh);
    }),
  );
});

test("an erased event is a hole, and the rest is told", () => {
  const line = lineOf([
    [0, "SessionOpened", "s", "hole"],
    [1, "CommandRequested", ONE, "hole"],
    [2, "CommandStarted", ONE],
    [3, "CommandFinished", ONE, "hole"],
  ]);
  expect(new States(line.facts).upTo(99).holes).toEqual([11, 21, 41]);
  expect(line.runs.all[0]).toMatchObject({ text: "", started: 2, ended: 3, outcome: { words: "erased" } });
});

test("events that come twice, or answer a repeated request, are there once or not at all", () => {
  const line = usual();
  const again = { positions: [141, 151, 161], times: [0, 0, 0], topics: ["RequestAccepted", "SessionClosed"] };
  line.add({ ...again, topicOf: [1, 0, 1] });
  expect([line.length, line.last, line.end]).toEqual([15, 161, 20]);
});

test("the picture has a mark where something stands out, and a lane for what ran beside something", () => {
  const { marks, lanes, activity } = pictureOf(usual(), 20, 20);
  expect(marks).toEqual([
    { cell: 4, weight: 1 },
    { cell: 6, weight: 1 },
    { cell: 7, weight: 3 },
    { cell: 8, weight: 2 },
    { cell: 10, weight: 3 },
  ]);
  expect(lanes).toEqual([[{ from: 4, to: 12, failed: false, runs: 1 }], [{ from: 6, to: 10, failed: true, runs: 1 }]]);
  expect(activity.every((level) => level >= 0 && level <= 1)).toBe(true);
  expect(toldAt(usual(), 10, 0.5)).toEqual(["Command finished", "c1 make"]);
  expect(toldAt(usual(), 6.1, 0.5)).toEqual(["Command started", "c1 make", "c2 npm test"]);
});

test("more commands side by side than there are lanes share one", () => {
  const many = Array.from({ length: 9 }, (_, index) => [index, "CommandStarted", `command ${index}`] as const);
  expect(
    pictureOf(lineOf(many), 10, 50)
      .lanes.flat()
      .map((each) => each.runs),
  ).toEqual([1, 1, 1, 6]);
});

test("while something runs the end is now, and events still come after one another", () => {
  const line = usual();
  line.lasts = 30;
  expect(at(line, "end")).toBe(30);
  line.add({ positions: [151], times: [line.began + 25e6], topics: ["SessionClosed"], topicOf: [0] });
  expect(line.timeOf(14)).toBe(25);
});
