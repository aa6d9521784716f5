import type { Terminal } from "@xterm/xterm";
import fc from "fast-check";
import { expect, test } from "vitest";

import { Emulator, type State } from "./emulator";

const SIZE = { columns: 20, rows: 6 };
const ESC = "\u001b";

const sequence = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.string({ unit: fc.constantFrom("a", "b", "é", "漢", " ", "\r\n", "\n", "\t"), maxLength: 40 }),
  },
  fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 22 })).map(([y, x]) => `${ESC}[${y};${x}H`),
  fc.constantFrom(31, 42, 1, 7, 0, 39).map((code) => `${ESC}[${code}m`),
  fc.constantFrom("J", "1J", "2J", "K", "1K", "L", "M", "P", "@", "2A", "B", "3C", "D").map((end) => `${ESC}[${end}`),
  fc.constantFrom(
    `${ESC}[?1049h`,
    `${ESC}[?1049l`,
    `${ESC}[?25l`,
    `${ESC}[?25h`,
    `${ESC}M`,
    `${ESC}D`,
    `${ESC}[2;4r`,
    `${ESC}[r`,
  ),
);

/** What the cells say, and where the cursor is. */
async function seen(emulator: Emulator, ...then: string[]) {
  for (const each of then) emulator.write(each);
  await emulator.settled();
  const { terminal } = emulator as unknown as { terminal: Terminal };
  const { active } = terminal.buffer;
  const rows = Array.from({ length: terminal.rows }, (_, row) => active.getLine(active.baseY + row));
  const cells = rows.map((row) =>
    Array.from({ length: terminal.cols }, (_, x) => {
      const cell = row?.getCell(x);
      const shown = cell?.getChars().trim() ?? "";
      const ink = shown || cell?.isInverse() ? `${cell?.getFgColor()},${cell?.isBold()},${cell?.isInverse()}` : "";
      return `${shown || " "}${cell?.getBgColor()},${ink}`;
    }),
  );
  return { cells, x: active.cursorX, y: active.cursorY, type: active.type };
}

test("another that is given the state at rest shows the same, and goes on the same", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(sequence, { maxLength: 12 }),
      fc.array(sequence, { maxLength: 6 }),
      async (before, after) => {
        const [one, other] = [new Emulator(SIZE, false), new Emulator(SIZE, false)];
        for (const each of before) one.write(each);
        const state = await one.stateAtRest();
        if (state === undefined) return;
        other.restore(SIZE, state);
        expect(await seen(other)).toEqual(await seen(one));
        expect(await seen(other, ...after)).toEqual(await seen(one, ...after));
      },
    ),
    { numRuns: 300, interruptAfterTimeLimit: 20000 },
  );
}, 60000);

test.each([`${ESC}[3`, `${ESC}(0`, "\u000e", `${ESC}]8;;https://example.org`])(
  "%j is no place for a state: what comes next hangs on it",
  async (text) => {
    const emulator = new Emulator(SIZE, false);
    emulator.write(text);
    expect(await emulator.stateAtRest()).toBeUndefined();
  },
);

test.each(["1J", "?1J"])(
  "CSI %s at the end of the last row erases the screen, before anything has scrolled",
  async (erase) => {
    const emulator = new Emulator(SIZE, false);
    emulator.write(`${ESC}[41mred${ESC}[m${"x".repeat(20)}`);
    const { cells, x, y } = await seen(emulator, `${ESC}[6;20H`, `${ESC}[${erase}`);
    expect(new Set(cells.flat())).toEqual(new Set([" -1,"]));
    expect([x, y]).toEqual([19, 5]);

    const after = await seen(emulator, `${ESC}[1;1Hgoes on`);
    expect(after.cells[0]?.[0]).toMatch(/^g/);
  },
);

test("what scrolls off the second screen of a terminal that became lower is gone", async () => {
  const emulator = new Emulator(SIZE, false);
  emulator.resize({ columns: 20, rows: 3 });
  emulator.write(`${ESC}[?1049h1\r\n2\r\n3\r\n4`);
  emulator.resize({ columns: 20, rows: 5 });
  const { cells } = await seen(emulator);
  expect(cells.map((row) => row[0]?.[0])).toEqual(["2", "3", "4", " ", " "]);
});

test.each([`${ESC}[3b`, "\u0301"])("%j goes on from the character that was printed last", async (next) => {
  const [one, other] = [new Emulator(SIZE, false), new Emulator(SIZE, false)];
  one.write("deck");
  other.restore(SIZE, (await one.stateAtRest()) as State);
  const expected = await seen(one, next);
  expect(await seen(other, next)).toEqual(expected);
  expect(expected.cells[0]?.[next === "\u0301" ? 3 : 6]).toMatch(next === "\u0301" ? /^k\u0301/u : /^k/u);
});

test.each([
  "$ ls\r\n\u001b[34msrc\u001b[95;101m x\u001b[m  README.md\r\n$ git lo",
  "\u001b[38;5;4mblue\u001b[48;2;1;2;3m on grey",
  "a line that is longer than the terminal is wide",
  "漢".repeat(24),
  `${"one\r\n".repeat(1200)}two`,
  "\u001b[?1049h\u001b[2J\u001b[3;4Hinsert\u001b[6;1H\u001b[7m status \u001b[m",
])("there is a state after %j, in a wider terminal as well", async (text) => {
  const emulator = new Emulator(SIZE, false);
  emulator.resize({ columns: 30, rows: 8 });
  emulator.write(text);
  expect(await emulator.stateAtRest()).toBeDefined();
});

test.each([
  ["lines that were broken elsewhere than a text would break them", "漢a".repeat(20)],
  ["what a second screen has beside it, and shows when it is as wide again", "\u001b[?1049h\u001b[1;15Hbeside"],
])("%s are no place for a state", async (_, text) => {
  const emulator = new Emulator(SIZE, false);
  emulator.write(text);
  emulator.resize({ columns: 10, rows: 6 });
  expect(await emulator.stateAtRest()).toBeUndefined();
});

test("half a character is no place for a state", async () => {
  const emulator = new Emulator(SIZE, false);
  emulator.write(new Uint8Array([0xe6, 0xbc]));
  expect(await emulator.stateAtRest()).toBeUndefined();
});

test("a resize comes in its turn", async () => {
  const emulator = new Emulator(SIZE, false);
  emulator.write("x".repeat(30));
  emulator.resize({ columns: 10, rows: 6 });
  emulator.write("!");
  const { cells } = await seen(emulator);
  expect(cells.map((row) => row.length)).toEqual([10, 10, 10, 10, 10, 10]);
  expect(cells.flat().filter((cell) => cell.startsWith("!"))).toHaveLength(1);
});
