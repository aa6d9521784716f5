import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { dropAhead, takeAhead, typeAhead } from "./ahead";

let page: EventTarget;

beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.useFakeTimers();
});
afterEach(() => {
  dropAhead();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

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
  typeAhead();
  const heard = shortcuts();
  for (const key of ["g", "i", "t", "x", "Backspace", "Enter"]) expect(press(key).defaultPrevented).toBe(true);
  expect(heard).toEqual([]);

  expect(takeAhead()).toBe("gitx\x7f\r");
  press("g");
  expect(heard).toEqual(["g"]);
  expect(takeAhead()).toBe("");
});

test("keys that write nothing, and those with Ctrl and the like, stay the page's", () => {
  typeAhead();
  const heard = shortcuts();
  press("Shift");
  press("ArrowDown");
  press("k", "Control");
  press("{", "Control", "Alt", "AltGraph");
  expect(heard).toEqual(["Shift", "ArrowDown", "k"]);
  expect(takeAhead()).toBe("{");
});

test.each([
  ["a click", () => page.dispatchEvent(new Event("pointerdown"))],
  ["a failed start", dropAhead],
  ["too long a wait", () => vi.advanceTimersByTime(10_000)],
])("%s gives the keys back to the page", (_, ends) => {
  typeAhead();
  const heard = shortcuts();
  press("a");
  ends();
  press("g");
  expect(heard).toEqual(["g"]);
  expect(takeAhead()).toBe("");
});

test("a second terminal begins anew, and its keys end with it alone", () => {
  typeAhead();
  press("a");
  vi.advanceTimersByTime(9000);
  typeAhead();
  press("b");
  vi.advanceTimersByTime(1500);
  press("c");
  expect(takeAhead()).toBe("bc");
});
