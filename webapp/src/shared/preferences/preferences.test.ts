import { expect, test } from "vitest";

import { preferencesIn } from "./preferences";

test("what was chosen is read", () => {
  expect(preferencesIn('{"times":"utc","motion":"none"}')).toEqual({ times: "utc", motion: "none" });
});

test.each([null, "", "null", "no json", "[]", '{"times":"never","motion":1}'])("%j is the usual", (kept) => {
  expect(preferencesIn(kept)).toEqual({ times: "ago", motion: "system" });
});
