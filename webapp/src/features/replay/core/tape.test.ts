import type { Terminal } from "@xterm/xterm";
import fc from "fast-check";
import { expect, test } from "vitest";

import { Emulator } from "@/shared/terminal/emulator";
import type { Size } from "@/shared/terminal/screen";

import { type Hole, Tape } from "./tape";
import { endOf, type FetchPage, type Frame, isPrinted, Transcript } from "./transcript";

const SIZE = { columns: 40, rows: 8 };
const bytes = (text: string) => new TextEncoder().encode(text);

/** A record of frames: texts are printed, sizes are resizes, a millisecond apart. */
function recorded(...parts: readonly (string | Size | { gap: string; lost: number })[]): Frame[] {
  let offset = 0;
  return parts.map((part, index): Frame => {
    const timeUs = index * 1000;
    if (typeof part === "string") {
      const frame = { kind: "OUTPUT", offset, timeUs, data: bytes(part) };
      offset += frame.data.length;
      return frame;
    }
    if ("gap" in part) {
      const frame = { kind: "GAP", offset, timeUs, data: bytes(part.gap) };
      offset += part.lost;
      return frame;
    }
    return { kind: "RESIZE", offset, timeUs, data: new Uint8Array(new Uint16Array([part.columns, part.rows]).buffer) };
  });
}

/** Pages as the server cuts them: by bytes, between two offsets. */
function served(frames: readonly Frame[], complete = true, most = Infinity): { fetch: FetchPage; asked: number[] } {
  const asked: number[] = [];
  const fetch: FetchPage = async (after, limit) => {
    asked.push(after);
    const found: Frame[] = [];
    let size = 0;
    for (const frame of frames) {
      if (isPrinted(frame) ? endOf(frame) <= after : frame.offset < after) continue;
      if (size >= Math.min(limit, most)) break;
      const cut = Math.max(0, after - frame.offset);
      found.push(cut && isPrinted(frame) ? { ...frame, offset: after, data: frame.data.subarray(cut) } : frame);
      size += frame.data.length;
    }
    const all = found.at(-1) === frames.at(-1);
    const next = Math.max(after, ...found.map(endOf));
    const whole = all || next === after ? found.length : found.findLastIndex(isPrinted) + 1;
    return { frames: found.slice(0, whole), next, complete: complete && all };
  };
  return { fetch, asked };
}

const tape = (fetch: FetchPage, holes: readonly Hole[] = [], piped = false) =>
  new Tape({
    transcript: new Transcript(fetch),
    emulator: new Emulator(SIZE, piped),
    terminal: piped ? undefined : SIZE,
    holes,
  });

function screen({ emulator }: Tape): string[] {
  const { terminal } = emulator as unknown as { terminal: Terminal };
  const { active } = terminal.buffer;
  const rows = Array.from({ length: terminal.rows }, (_, row) => active.getLine(active.baseY + row));
  return rows.map((row) => row?.translateToString(true) ?? "");
}

const text = (played: Tape) => screen(played).join("\n").trim();

test("it shows what had been printed by then, forwards and backwards", async () => {
  const played = tape(served(recorded("one\r\n", "two\r\n", "\u001b[2J\u001b[Hthree")).fetch);
  const seen: string[] = [];
  for (const time of [0, 1000, 1500, 2000, 1000, 9999, -1]) {
    await played.at(time);
    seen.push(text(played));
  }
  expect(seen).toEqual(["one", "one\ntwo", "one\ntwo", "three", "one\ntwo", "three", ""]);
  await played.at(1000);
  expect(played.nextTime()).toBe(2000);
});

test("a resize changes the terminal at its moment, and only of one that has one", async () => {
  const frames = recorded("x".repeat(40), { columns: 20, rows: 5 }, "y");
  const played = tape(served(frames).fetch);
  await played.at(500);
  expect(played.emulator.size).toEqual(SIZE);
  await played.at(2000);
  expect(played.emulator.size).toEqual({ columns: 20, rows: 5 });
  await played.at(0);
  expect(screen(played)[0]).toBe("x".repeat(40));

  const piped = tape(served(frames).fetch, [], true);
  await piped.at(2000);
  expect(piped.emulator.size).toEqual(SIZE);
});

test("what is lost, and what was erased, is said where it was", async () => {
  const gap = tape(served(recorded("a", { gap: "the worker was gone", lost: 1200 }, "b")).fetch);
  await gap.at(9999);
  expect(text(gap)).toBe("a\n[1,200 bytes of output are missing here:\n the worker was gone]\nb");

  const erased = tape(served(recorded("key=", "*****", "\r\n")).fetch, [{ first: 4, until: 9, reason: "a key\u202e" }]);
  await erased.at(9999);
  expect(text(erased)).toBe("key=\n[5 bytes were erased: a keyU+202E]\n*****");
});

test("the end of a command that still prints is asked for again, and goes on", async () => {
  const frames = recorded("one", "two");
  let [known, now] = [1, 0];
  const transcript = new Transcript(
    (after, limit) => served(frames.slice(0, known), false).fetch(after, limit),
    () => now,
  );
  const played = new Tape({ transcript, emulator: new Emulator(SIZE, false), terminal: SIZE, holes: [] });
  await played.at(9999);
  expect(text(played)).toBe("one");
  known = 2;
  await played.at(9999);
  expect(text(played)).toBe("one");
  now += 1000;
  await played.at(9999);
  expect(text(played)).toBe("onetwo");
});

test("when it had printed so much is found by reading on", async () => {
  const { fetch } = served(recorded("abc", "def", "ghi"), true, 3);
  const transcript = new Transcript(fetch);
  expect(await transcript.timeOf(0)).toBe(0);
  expect(await transcript.timeOf(5)).toBe(1000);
  expect(await transcript.timeOf(9)).toBeUndefined();
});

test("any way to a moment shows the same as playing to it from the start", async () => {
  const part: fc.Arbitrary<string | Size> = fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom("a", "b", "漢", "\r\n"), minLength: 1, maxLength: 60 }) },
    fc.constantFrom(
      "\u001b[31;44m",
      "\u001b[2J\u001b[H",
      "\u001b[3;6r",
      "\u001b[?1049h",
      "\u001b[?1049l",
      "\u001b[5A",
      "\u001b[3",
    ),
    fc.record({ columns: fc.integer({ min: 10, max: 60 }), rows: fc.integer({ min: 3, max: 12 }) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { minLength: 1, maxLength: 25 }),
      fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 6 }),
      async (parts, way) => {
        // long enough that states are kept on the way
        const frames = recorded(...parts.map((each) => (typeof each === "string" ? each.repeat(40) : each)));
        const { fetch } = served(frames, true, 700);
        const [jumping, straight] = [tape(fetch), tape(fetch)];
        Object.assign(jumping, { every: 500 });
        Object.assign(straight, { every: Infinity });
        for (const time of way) await jumping.at(time * 1000);
        const last = (way.at(-1) ?? 0) * 1000;
        await straight.at(last);
        expect(screen(jumping)).toEqual(screen(straight));
      },
    ),
    {
      numRuns: 200,
      examples: [
        [
          ["漢a\r\naa漢", "\u001b[3", "ba"],
          [1, 0, 2],
        ],
        [
          ["漢a", "漢", { columns: 10, rows: 3 }, "aaa", "漢", "a"],
          [5, 4],
        ],
        [
          ["漢", { columns: 31, rows: 4 }, "\u001b[3;6r", "a\r\na"],
          [3, 0, 3],
        ],
        [
          [{ columns: 10, rows: 3 }, "\u001b[2J\u001b[H", "\u001b[?1049h", "a", { columns: 10, rows: 4 }],
          [2, 0, 4],
        ],
      ],
    },
  );
});

test("states that are kept stay few, however long the output is", async () => {
  const frames = recorded(...Array.from({ length: 400 }, (_, index) => `${index} ${"x".repeat(1000)}\r\n`));
  const played = tape(served(frames).fetch);
  Object.assign(played, { every: 1000 });
  await played.at(Infinity);
  const { states } = played as unknown as { states: { offset: number }[] };
  expect(states.length).toBeGreaterThan(16);
  expect(states.length).toBeLessThanOrEqual(64);
  expect(states.map((each) => each.offset)).toEqual(states.map((each) => each.offset).toSorted((a, b) => a - b));
});

test("it gives way when another moment is wanted", async () => {
  const frames = recorded(...Array.from({ length: 30 }, (_, index) => `${index}\r\n`.padStart(60_000, "x")));
  const played = tape(served(frames).fetch);
  expect(await played.at(Infinity, () => true)).toBe(false);
  expect(played.offset).toBeLessThan(30 * 60_000);
  expect(await played.at(Infinity)).toBe(true);
  expect(played.offset).toBe(30 * 60_000);
});
