import { expect, test, vi } from "vitest";

import { Lines } from "./lines";
import { Place, printingTo } from "./place";

const bytes = (text: string) => new TextEncoder().encode(text);
const textAt = (lines: Lines) => lines.at((lines.marked ?? 0) - lines.gone - 1)?.text;

test.each([0, 4, 8, 12])("the line at byte %d is marked, however output is cut into chunks", (offset) => {
  const whole = "one\ntwo\nthr\nfou\n";
  for (let size = 1; size <= whole.length; size++) {
    const [lines, place] = [new Lines(), new Place(offset)];
    for (let at = 0; at < whole.length; at += size) place.print(lines, bytes(whole.slice(at, at + size)), false, at);
    expect(textAt(lines)).toBe(whole.slice(offset, offset + 3));
  }
});

test("where the place was erased, it is what comes after", () => {
  const [lines, place] = [new Lines(), new Place(4)];
  place.print(lines, bytes("one\n"), false, 0);
  lines.note("erased");
  place.print(lines, bytes("three\n"), false, 8);
  expect(textAt(lines)).toBe("three");
});

test("much that comes after it waits, so that its line is not forgotten", () => {
  const [lines, place] = [new Lines(), new Place(0)];
  place.print(lines, bytes("the line\n"), false, 0);
  expect(place.isFar(lines)).toBe(false);
  place.print(lines, bytes("x\n".repeat(20_001)), false, 9);
  expect(place.isFar(lines)).toBe(true);
  expect(textAt(lines)).toBe("the line");
});

test("it waits too where all of it comes at once and nobody waits for it", async () => {
  const lines = new Lines();
  let goOn = () => {};
  const asked = new Promise<void>((ask) => {
    const held = new Promise<void>((done) => (goOn = done));
    const sink = printingTo(lines, new Place(4), () => (ask(), held));
    void sink.write(bytes(`one\ntwo\n${"\n".repeat(100_000)}`), false, 0);
    sink.note("a gap");
    void sink.write(bytes("last"), false, 100_008);
  });
  await asked;
  expect(textAt(lines)).toBe("two");

  goOn();
  await vi.waitFor(() => expect(lines.at(lines.length - 1)?.text).toBe("last"));
  expect(lines.at(lines.length - 2)?.text).toBe("a gap");
});
