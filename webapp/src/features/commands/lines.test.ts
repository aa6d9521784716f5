import { expect, test } from "vitest";

import { Lines } from "./lines";

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (lines: Lines) => Array.from({ length: lines.length }, (_, at) => lines.at(at)?.text);

function printed(...chunks: string[]): Lines {
  const lines = new Lines();
  for (const each of chunks) lines.print(bytes(each), false);
  return lines;
}

test.each([
  [["one\n\ntwo\n"], ["one", "", "two"]],
  [
    ["on", "e\r", "\ntwo"],
    ["one", "two"],
  ],
  [["\u001b[31mred\u001b[0m"], ["red"]],
  [["a\u001b[3", "1mb"], ["ab"]],
  [["a\u001b]52;c;aGk=\u0007b"], ["ab"]],
  [["a\u001b]0;title\u001b\\b"], ["ab"]],
  [[" 10%\r 20%\r 30%"], [" 30%"]],
  [["x".repeat(4500)], ["x".repeat(2000), "x".repeat(2000), "x".repeat(500)]],
  [["<script>alert(1)</script>"], ["<script>alert(1)</script>"]],
])("%j is shown as %j", (chunks, shown) => {
  expect(texts(printed(...chunks))).toEqual(shown);
});

test("a character that was cut in two comes whole", () => {
  const lines = new Lines();
  const [first, second] = [bytes("é").slice(0, 1), bytes("é").slice(1)];
  lines.print(first, false);
  lines.print(second, false);
  expect(texts(lines)).toEqual(["é"]);
});

test("standard error has lines of its own", () => {
  const lines = new Lines();
  lines.print(bytes("out"), false);
  lines.print(bytes("err\n"), true);
  lines.print(bytes("out"), false);
  expect([0, 1, 2].map((at) => lines.at(at)?.error)).toEqual([false, true, false]);
});

test("the last lines are kept, and it is known how many went before", () => {
  const lines = new Lines();
  for (let many = 0; many < 70; many++) lines.print(bytes("a line\n".repeat(1000)), false);

  expect(lines.length).toBe(50_000);
  expect(lines.gone).toBe(20_000);
  expect(lines.at(0)?.number).toBe(20_001);
});

test.each([
  ["one\ntwo\n", "three\nfour\n", 3],
  ["one\r\n", "two", 2],
  ["", "one\ntwo", 1],
  [" 10%\r", " 20%\r 30%\n", 1],
])("after %j the line that begins with %j is marked", (before, after, number) => {
  const lines = printed(before);
  lines.markNext();
  expect(lines.marked).toBeUndefined();
  lines.print(bytes(after), false);
  lines.print(bytes("and more\n"), false);
  expect(lines.marked).toBe(number);
});

test("lines are found whatever their case", () => {
  expect(printed("Error here\nnothing\nan error").found("ERROR")).toEqual([0, 2]);
  expect(printed("x").found("")).toEqual([]);
});
