import type { IFunctionIdentifier, IParser } from "@xterm/xterm";
import { expect, test } from "vitest";

import { guard, safeLink } from "./guard";

type Csi = (parameters: (number | number[])[]) => boolean | Promise<boolean>;

/** What a parser was given, by the sequence that it is for. */
function guarded(powers: { answers: boolean; modes: boolean }) {
  const csi = new Map<string, Csi>();
  const osc = new Map<number, (data: string) => boolean | Promise<boolean>>();
  const name = (id: IFunctionIdentifier) => `${id.prefix ?? ""}${id.intermediates ?? ""}${id.final}`;
  const nothing = { dispose: () => undefined };
  const parser: IParser = {
    registerCsiHandler: (id, run) => (csi.set(name(id), run), nothing),
    registerOscHandler: (code, run) => (osc.set(code, run), nothing),
    registerDcsHandler: () => nothing,
    registerEscHandler: () => nothing,
    registerApcHandler: () => nothing,
  } as IParser;
  guard(parser, { answers: () => powers.answers, modes: () => powers.modes });
  return { csi: (of: string, ...given: (number | number[])[]) => csi.get(of)?.(given), osc };
}

const LIVE = { answers: true, modes: true };
const RECORD = { answers: false, modes: false };

test.each([0, 2, 9, 52, 777, 1337])("OSC %d is refused, also live", (code) => {
  expect(guarded(LIVE).osc.get(code)?.("c;aGk=")).toBe(true);
});

test("links are left to the terminal, which asks before it follows one", () => {
  expect(guarded(LIVE).osc.has(8)).toBe(false);
});

test.each(["c", ">c", "n", "?n", "t", "$p"])("the query %s is answered to who types alone", (query) => {
  expect(guarded(LIVE).csi(query, 6)).toBe(false);
  expect(guarded(RECORD).csi(query, 6)).toBe(true);
});

test.each([1000, 1003, 1006, 1004, 2004])("a record does not switch mode %d on", (mode) => {
  expect(guarded(RECORD).csi("?h", mode)).toBe(true);
  expect(guarded(RECORD).csi("?h", 25, [mode])).toBe(true);
  expect(guarded(LIVE).csi("?h", mode)).toBe(false);
});

test("a full screen may be drawn in a record too", () => {
  expect(guarded(RECORD).csi("?h", 1049)).toBe(false);
});

test.each([
  ["https://example.org/a?b#c", true],
  ["http://localhost:8080", true],
  ["javascript:alert(1)", false],
  ["data:text/html,x", false],
  ["file:///etc/passwd", false],
  ["https://you@evil.example", false],
  ["vscode://x", false],
  ["nonsense", false],
])("%s may be followed: %s", (address, may) => {
  expect(safeLink(address) !== undefined).toBe(may);
});
