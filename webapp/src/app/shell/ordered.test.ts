import { expect, test } from "vitest";

import { ordered, SEARCH } from "./ordered";

const entries = [
  { id: SEARCH, label: "Search for “x”" },
  { id: "a", label: "Add a token" },
  { id: "b", label: "Log", description: "Tokens are in it" },
  { id: "c", label: "Go", keywords: ["token", "else"] },
  { id: "d", label: "Tokens" },
];
const ids = (query: string) => ordered(query, entries).map(({ id }) => id);

test("what is called so comes first, then what is described so, and the search last", () => {
  expect(ids(" TOKEN ")).toEqual(["a", "d", "b", "c", SEARCH]);
  expect(ids("no such thing")).toEqual([SEARCH]);
});

test("not even a long list drops the search", () => {
  const many = Array.from({ length: 99 }, (_, at) => ({ id: `${at}`, label: "the same" }));
  expect(ordered("same", [...many, { id: SEARCH, label: "" }]).at(-1)?.id).toBe(SEARCH);
});
