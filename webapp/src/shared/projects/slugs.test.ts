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

test("a project cannot take another's address by its name", () => {
  const cuckoo = project("c", UUID);
  expect(projectOf(UUID, [cuckoo, deck])).toBe(deck);
  expect(slugOf(cuckoo, [cuckoo, deck])).toBe("c");
});
