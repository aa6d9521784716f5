import { expect, test } from "vitest";

import { filterOf, isNarrowed, validateSearch } from "./search";
import { LIVE } from "./terms";

test("what is no search of tasks is left out", () => {
  expect(
    validateSearch({
      view: "map",
      by: "priority",
      text: "",
      status: ["in-progress", "gone"],
      label: [3, null],
      all: 1,
    }),
  ).toEqual({ status: ["IN_PROGRESS"], label: ["3"] });
  expect(validateSearch({ status: "done", text: 17 })).toEqual({ status: ["DONE"], text: "17" });
});

test("a list has what is to be done, unless it is asked for more", () => {
  expect(filterOf({ view: "list" }).status).toEqual(LIVE);
  expect(filterOf({ by: "owner" }).status).toEqual(LIVE);
  expect(filterOf({ view: "list", all: true }).status).toBeUndefined();
  expect(filterOf({ view: "list", all: true, status: ["DONE"] }).status).toEqual(["DONE"]);
  expect(filterOf({}).status).toBeUndefined();
});

test("how tasks are looked at narrows nothing", () => {
  expect(isNarrowed({ view: "list", by: "owner", all: true, ask: "create" })).toBe(false);
  expect(isNarrowed({ owner: "me" })).toBe(true);
});
