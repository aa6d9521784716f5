import { expect, test } from "vitest";

import { globalId } from "@/shared/text/ids";

import { canonical } from "./canonical";
import { isCanonical, withIds } from "./names";

const UUID = "01a218b4-98ef-7287-b6fa-aee7c267fa13";
const OTHER = "01a218b4-98ef-7287-b6fa-aee7c267fa14";
const known = async (suffix: string, type?: string) =>
  Promise.resolve(
    [globalId("Session", UUID), globalId("Command", OTHER)].filter(
      (id) => atob(id).endsWith(suffix) && atob(id).startsWith(`${type}:`),
    ),
  );

test("UUIDs as they are written here are where they should be, and nothing else is", () => {
  expect(isCanonical({ session: UUID, command: OTHER })).toBe(true);
  expect(isCanonical({})).toBe(true);
  expect(isCanonical({ budget: UUID })).toBe(true);
  expect(isCanonical({ budget: globalId("Budget", UUID) })).toBe(false);
  for (const session of [UUID.toUpperCase(), globalId("Session", UUID), "c267fa13", "nonsense"])
    expect(isCanonical({ session })).toBe(false);
});

test.each([
  [{ session: globalId("Session", UUID) }, { session: UUID }],
  [
    { session: "c267fa13", command: globalId("Command", OTHER) },
    { session: UUID, command: OTHER },
  ],
  [
    { session: UUID, command: "fa14" },
    { session: UUID, command: OTHER },
  ],
  [{ budget: globalId("Budget", UUID) }, { budget: UUID }],
  [{ alert: UUID.toUpperCase() }, { alert: UUID }],
  [{ budget: globalId("Alert", UUID) }, undefined],
  [{ session: globalId("Command", OTHER) }, undefined],
  [{ session: "00000000" }, undefined],
  [{ session: "nonsense" }, undefined],
])("%j means %j", async (named, uuids) => {
  expect(await canonical(named, "p", known)).toEqual(uuids);
});

test("an end that several have means none of them", async () => {
  const twice = async () => Promise.resolve([globalId("Session", UUID), globalId("Session", OTHER)]);
  expect(await canonical({ session: "c267" }, "p", twice)).toBeUndefined();
});

test("in the address the rest stays as it is", () => {
  const id = globalId("Session", UUID);
  const path = `/p/fa14/sessions/${encodeURIComponent(id)}/commands/fa14`;
  const [named, uuids] = [
    { session: id, command: "fa14" },
    { session: UUID, command: OTHER },
  ];
  expect(withIds(path, ["fa14", "my deck"], named, uuids)).toBe(`/p/my%20deck/sessions/${UUID}/commands/${OTHER}`);
  const budget = globalId("Budget", UUID);
  expect(withIds(`/budgets/${budget}`, undefined, { budget }, { budget: UUID })).toBe(`/budgets/${UUID}`);
  expect(withIds("/p/my%20deck/log", ["my deck", "my deck"], {}, {})).toBe("/p/my%20deck/log");
});
