import { IconHome } from "@tabler/icons-react";
import { expect, test } from "vitest";

import type { NavEntry } from "@/shared/feature";

import { addressOf, chosenOf } from "./entries";

const entry = (of: NavEntry["of"], to: string): NavEntry => ({
  of,
  to,
  label: `${of} ${to}`,
  icon: IconHome,
  order: 1,
});
const all = [
  entry("server", "/"),
  entry("server", "/log"),
  entry("project", ""),
  entry("project", "/sessions"),
  { ...entry("project", "/usage"), also: ["/prices"] },
];

test.each([
  ["/", "server /"],
  ["/log", "server /log"],
  ["/p/my%20deck", "project "],
  ["/p/my%20deck/sessions/01a2", "project /sessions"],
  ["/p/my%20deck/files", "project "],
  ["/p/my%20deck/prices", "project /usage"],
  ["/prices", undefined],
  ["/nowhere", undefined],
])("%s belongs to %j", (path, label) => {
  expect(chosenOf(all, "my deck", path)?.label).toBe(label);
});

test("a project's line leads below its project", () => {
  expect(addressOf(entry("project", "/sessions"), "a/b")).toBe("/p/a%2Fb/sessions");
});
