import { expect, test } from "vitest";

import { endOf, isBrowser, shownName, standingOf } from "./standing";

const token = { name: "ci", revoked: false, expiresAt: "2026-11-27T00:00:00Z" };
const [before, after] = [Date.parse("2026-11-26T00:00:00Z"), Date.parse("2026-11-27T00:00:00Z")];

test("a token is good until it is revoked or its time is over", () => {
  expect(standingOf(token, before)).toBe("good");
  expect(standingOf(token, after)).toBe("expired");
  expect(standingOf({ ...token, revoked: true }, after)).toBe("revoked");
  expect(standingOf({ ...token, expiresAt: null }, after)).toBe("good");
});

test("a browser is called by its own name", () => {
  const browser = { ...token, name: "web: Firefox on Linux" };
  expect([isBrowser(browser), shownName(browser)]).toEqual([true, "Firefox on Linux"]);
  expect([isBrowser(token), shownName(token)]).toEqual([false, "ci"]);
});

test("an end is so many days from now", () => {
  expect(endOf(1, before)).toBe("2026-11-27T00:00:00.000Z");
  expect(endOf(undefined, before)).toBeNull();
});
