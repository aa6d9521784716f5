import fc from "fast-check";
import { expect, test } from "vitest";

import { compareTexts, linesOf } from "./texts";
import { wordsOf } from "./words";

test("lines are those that newlines end, and bytes that are not UTF-8 stand as what they are", () => {
  const content = new Uint8Array([0xc3, 0xa4, 0x0a, 0xe2, 0x82, 0x41, 0x0a, 0x0a, 0xff]);

  expect(linesOf(content)).toEqual(["ä", "\\xe2\\x82A", "", "\\xff"]);
  expect(linesOf(new Uint8Array())).toEqual([]);
});

test("text that is UTF-8 is as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(linesOf(new TextEncoder().encode(`${text}\n`)).join("\n")).toBe(text);
    }),
  );
});

test("two texts that have too little in common to be compared in time say that there is more", () => {
  const [before, after] = ["a\n", "b\n"].map((line) => Array.from({ length: 4000 }, (_, at) => at + line).join(""));

  expect(compareTexts("a", before ?? "", after ?? "")).toMatchObject({ truncated: true, hunks: [] });
});

test("words that a line has beside its other side are marked, and nothing where the two are something else", () => {
  expect(wordsOf("let a = first(b);", "let a = second(b);", "-")).toEqual([
    { text: "let a = ", changed: false },
    { text: "first", changed: true },
    { text: "(b);", changed: false },
  ]);
  expect(wordsOf("import sys", "} else {", "+")).toBeUndefined();
  expect(wordsOf("same", "same", "+")).toBeUndefined();
  expect(wordsOf("a ".repeat(2000), "b", "-")).toBeUndefined();
});

test("the marked pieces of a line are the line", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.constantFrom("+" as const, "-" as const), (text, mate, sign) => {
      const words = wordsOf(text, mate, sign);
      expect(words?.map((each) => each.text).join("") ?? text).toBe(text);
    }),
  );
});
