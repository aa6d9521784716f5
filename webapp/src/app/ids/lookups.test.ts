import { expect, test } from "vitest";

import { globalId } from "@/shared/text/ids";

import { endingWith, type Pages } from "./lookups";

const id = (end: string) => globalId("Session", `01a218b4-98ef-7287-b6fa-aee7${end}`);

test("all pages are looked through, as another may end so too", async () => {
  const pages: Pages = async (cursor) =>
    Promise.resolve(
      cursor === undefined
        ? { ids: [id("00000001"), id("c267fa13")], next: "2" }
        : { ids: [id("1111fa13"), id("00000002")], next: undefined },
    );
  expect(await endingWith("c267fa13", pages)).toEqual([id("c267fa13")]);
  expect(await endingWith("fa13", pages)).toEqual([id("c267fa13"), id("1111fa13")]);
});

test("it ends where it was looked back far enough", async () => {
  let asked = 0;
  const endless: Pages = async () => {
    asked += 1;
    return Promise.resolve({ ids: Array.from({ length: 100 }, () => id("00000001")), next: `${asked}` });
  };
  await endingWith("ffff", endless);
  expect(asked).toBe(20);
});
