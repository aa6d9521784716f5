import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { takeAhead, typeAhead } from "./ahead";

let page: EventTarget;

beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.useFakeTimers();
});
afterEach(() => {
  typeAhead().end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** It is typed for the command `c`. */
function begun() {
  const ahead = typeAhead();
  ahead.isFor("c");
  return ahead;
}

function press(key: string, ...held: string[]): Event {
  const event = Object.assign(new Event("keydown", { cancelable: true }), {
    key,
    ctrlKey: held.includes("Control"),
    altKey: held.includes("Alt"),
    getModifierState: (name: string) => held.includes(name),
  });
  page.dispatchEvent(event);
  return event;
}

/** The keys that come to the page, from here on. */
function shortcuts(): string[] {
  const heard: string[] = [];
  page.addEventListener("keydown", (event) => heard.push((event as KeyboardEvent).key));
  return heard;
}

test("what is typed before the terminal is there is kept for it, and is no shortcut", () => {
  begun();
  const heard = shortcuts();
  for (const key of ["g", "i", "t", "x", "Backspace", "Enter"]) expect(press(key).defaultPrevented).toBe(true);
  expect(heard).toEqual([]);

  expect(takeAhead("c")).toBe("gitx\x7f\r");
  press("g");
  expect(heard).toEqual(["g"]);
  expect(takeAhead("c")).toBe("");
});

test("keys that write nothing, and those with Ctrl and the like, stay the page's", () => {
  begun();
  const heard = shortcuts();
  press("Shift");
  press("ArrowDown");
  press("k", "Control");
  press("{", "Control", "Alt", "AltGraph");
  expect(heard).toEqual(["Shift", "ArrowDown", "k"]);
  expect(takeAhead("c")).toBe("{");
});

test.each([
  ["a click", () => page.dispatchEvent(new Event("pointerdown"))],
  ["a failed start", (ahead: ReturnType<typeof begun>) => ahead.end()],
  ["too long a wait", () => vi.advanceTimersByTime(10_000)],
])("%s gives the keys back to the page", (_, ends) => {
  const ahead = begun();
  const heard = shortcuts();
  press("a");
  ends(ahead);
  press("g");
  expect(heard).toEqual(["g"]);
  expect(takeAhead("c")).toBe("");
});

test("a second terminal begins anew, and its keys end with it alone", () => {
  begun();
  press("a");
  vi.advanceTimersByTime(9000);
  begun();
  press("b");
  vi.advanceTimersByTime(1500);
  press("c");
  expect(takeAhead("c")).toBe("bc");
});

test("another command's terminal gets none of it, nor any before it is known whose it is", () => {
  const ahead = typeAhead();
  press("a");
  expect(takeAhead("c")).toBe("");
  ahead.isFor("c");
  expect(takeAhead("another")).toBe("");
  press("b");
  expect(takeAhead("c")).toBe("ab");
});
