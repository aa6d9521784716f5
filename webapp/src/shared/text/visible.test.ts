import { expect, test } from "vitest";

import { visible, visibleText } from "./visible";

test.each([
  ["plain text", "plain text"],
  ["a\u001b[31mb", "a\u241b[31mb"],
  ["safe\u202egnp.exe", "safeU+202Egnp.exe"],
  ["zero\u200bwidth", "zeroU+200Bwidth"],
  ["nul\u0000", "nul\u2400"],
  ["del\u007f", "del\u2421"],
  ["tag\u{e0041}", "tagU+E0041"],
  ["two\nlines\tand", "two\nlines\tand"],
  ["careful \u26a0\ufe0f", "careful \u26a0\ufe0f"],
  ["a\ufe0fb\u200dc", "aU+FE0FbU+200Dc"],
  ["\u009b31m", "U+009B31m"],
])("%j is shown as %j", (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test("what was hidden is told from what was written", () => {
  expect(visible("U+202E\u202e")).toEqual([
    { text: "U+202E", hidden: false },
    { text: "U+202E", hidden: true },
  ]);
});
