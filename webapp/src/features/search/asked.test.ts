import { expect, test } from "vitest";

import { inShell, validateSearch } from "./asked";

const UUID = "01a218b4-98ef-7287-b6fa-aee7c267fa13";

test.each([
  [
    { q: " disk full ", kinds: "output", session: UUID },
    { q: "disk full", kinds: "output", session: UUID },
  ],
  [{ q: 404 }, { q: "404" }],
  [{ q: "" }, {}],
  [{ q: ["a"], kinds: "events", session: "../x" }, {}],
  [{ q: "x".repeat(900) }, { q: "x".repeat(500) }],
])("%j means %j", (search, asked) => {
  expect(validateSearch(search)).toEqual({ q: undefined, kinds: undefined, session: undefined, ...asked });
});

test.each([
  [{ q: "leak" }, undefined, "qd search --all leak"],
  [{ q: "it's $HOME" }, "my deck", String.raw`qd search -p 'my deck' 'it'\''s $HOME'`],
  [{ q: "-x", kinds: "output" as const, session: UUID }, "deck", `qd search -s ${UUID} --in output -- -x`],
])("%j of %s is %s", (asked, project, command) => {
  expect(inShell(asked, project)).toBe(command);
});
