import { expect, test } from "vitest";

import { changesIn, draftOf, EMPTY, wrongIn } from "./form";

const task = {
  title: "Mend",
  body: "",
  labels: ["bug"],
  priority: "HIGH" as const,
  estimate: 90,
  dependencies: [{ number: 3 }],
  acceptance: ["one", "two"],
};

test("what nobody touched is not sent", () => {
  expect(changesIn(draftOf(task), draftOf(task))).toEqual({});
  expect(changesIn(EMPTY)).toEqual({});
});

test("what was changed is sent as the API takes it", () => {
  const draft = { ...draftOf(task), estimate: "2h", dependencies: ["T-3", "#4"], acceptance: "one\n\n three " };
  expect(changesIn(draft, draftOf(task))).toEqual({
    estimate: 120,
    dependencies: [3, 4],
    acceptance: ["one", "three"],
  });
  expect(changesIn({ ...draftOf(task), estimate: "", dependencies: [] }, draftOf(task))).toEqual({
    estimate: 0,
    dependencies: [],
  });
});

test("what cannot be understood is told beside its field", () => {
  expect(Object.keys(wrongIn({ ...EMPTY, estimate: "soon", dependencies: ["T-1", "mast"] }))).toEqual([
    "estimate",
    "dependencies",
  ]);
  expect(wrongIn(draftOf(task))).toEqual({});
});
