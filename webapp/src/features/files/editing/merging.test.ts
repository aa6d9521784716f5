import fc from "fast-check";
import { expect, test } from "vitest";

import { isMarked, merged } from "./merging";

const BASE = "one\ntwo\nthree\nfour\nfive\n";

test("changes of different lines are both taken", () => {
  expect(merged("ONE\ntwo\nthree\nfour\nfive\n", BASE, "one\ntwo\nthree\nfour\nFIVE\n")).toBe(
    "ONE\ntwo\nthree\nfour\nFIVE\n",
  );
});

test("changes of the same lines stand between marks, with what was there", () => {
  const both = merged("one\nmine\nthree\n", "one\ntwo\nthree\n", "one\ntheirs\nthree\n");
  expect(both).toBe(
    "one\n<<<<<<< yours\nmine\n||||||| as you opened it\ntwo\n=======\ntheirs\n>>>>>>> in the session\nthree\n",
  );
  expect(isMarked(both)).toBe(true);
});

test("a last line without an end stays on its own", () => {
  const both = merged("mine", "base", "theirs");
  expect(both.split("\n")).toContain("mine");
  expect(both.split("\n")).toContain("theirs");
  expect(merged("a\nb", "a\n", "a\n")).toBe("a\nb");
});

test("marks end as the lines do", () => {
  expect(merged("mine\r\n", "two\r\n", "theirs\r\n")).toContain("<<<<<<< yours\r\nmine\r\n");
});

const texts = fc.array(fc.constantFrom("a\n", "b\n", "c\n", "d\n"), { maxLength: 12 }).map((lines) => lines.join(""));

test("who has changed nothing gets what the other has", () => {
  fc.assert(
    fc.property(texts, texts, (base, other) => {
      expect(merged(base, base, other)).toBe(other);
      expect(merged(other, base, base)).toBe(other);
      expect(merged(other, base, other)).toBe(other);
    }),
  );
});

test("no line of either is lost", () => {
  fc.assert(
    fc.property(texts, texts, texts, (mine, base, theirs) => {
      const both = merged(mine, base, theirs);
      const lines = (text: string) => new Set(text.split("\n").filter(Boolean));
      const had = lines(base);
      const added = [...lines(mine), ...lines(theirs)].filter((line) => !had.has(line));
      expect(added.filter((line) => !lines(both).has(line))).toEqual([]);
    }),
  );
});

test("a text that only tells of marks is not marked", () => {
  expect(isMarked("text <<<<<<< yours\n=======\n")).toBe(false);
});
