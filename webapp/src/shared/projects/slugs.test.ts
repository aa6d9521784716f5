import { expect, test } from "vitest";

import { globalId } from "@/shared/text/ids";

import { projectOf, slugOf } from "./slugs";

const UUID = "01a218b4-98ef-7287-b6fa-aee7c267fa13";
const project = (uuid: string, name: string) => ({ id: globalId("Project", uuid), name });
const deck = project(UUID, "deck");
const [first, second] = [project("a", "twin"), project("b", "twin")];
const all = [deck, first, second];

test("an address holds a project's name", () => {
  expect(slugOf(deck, all)).toBe("deck");
  expect(projectOf("deck", all)).toBe(deck);
});

test("projects of one name are told apart by id", () => {
  expect(slugOf(second, all)).toBe("b");
  expect(projectOf("b", all)).toBe(second);
  expect(projectOf("twin", all)).toBeUndefined();
});

test("a project is found by any id of its, and a name goes before the end of an id", () => {
  expect(projectOf(globalId("Project", UUID), all)).toBe(deck);
  expect(projectOf("c267fa13", all)).toBe(deck);
  const named = project("00000000-0000-0000-0000-000000000001", "c267fa13");
  expect(projectOf("c267fa13", [...all, named])).toBe(named);
  const other = project("00000000-0000-0000-0000-0000c267fa13", "other");
  expect(projectOf("c267fa13", [deck, other])).toBeUndefined();
});

test("a project cannot take another's address by its name", () => {
  const cuckoo = project("c", UUID);
  expect(projectOf(UUID, [cuckoo, deck])).toBe(deck);
  expect(slugOf(cuckoo, [cuckoo, deck])).toBe("c");
});
