import { expect, test } from "vitest";

import { changed, groups, type Settings, toLines, valueAt } from "./settingsFields";

const before = {
  maxSessions: 20,
  limits: { cpus: 2, memoryBytes: null },
  network: [
    { host: "pypi.org", port: 443 },
    { host: "db.example", port: 5432 },
  ],
  taskFiles: { enabled: false, paths: ["docs/TASKS.md"], branch: null },
} as unknown as Settings;
const texts = { network: toLines.network(before), paths: toLines.paths(before) };

test("what stays as it is is not sent", () => {
  expect(changed(before, new Map([["maxSessions", 20]]), texts)).toEqual({});
});

test("limits are one setting, which is sent whole", () => {
  expect(changed(before, new Map([["limits.memoryBytes", 1024]]), texts)).toEqual({
    limits: { cpus: 2, memoryBytes: 1024 },
  });
});

test("of task files what was changed is sent, paths too", () => {
  const values = new Map([["taskFiles.enabled", true]]);
  expect(changed(before, values, { ...texts, paths: "a.md\n\n b.md \n" })).toEqual({
    taskFiles: { enabled: true, paths: ["a.md", "b.md"] },
  });
});

test("places on the network are lines, with a port where it is not 443", () => {
  expect(texts.network).toBe("pypi.org\ndb.example:5432");
  expect(changed(before, new Map(), { ...texts, network: "pypi.org\nx:80" })).toEqual({
    network: [
      { host: "pypi.org", port: 443 },
      { host: "x", port: 80 },
    ],
  });
});

test("every field says where it is once", () => {
  const paths = groups.flatMap((group) => group.fields.map((field) => field.path));
  expect(new Set(paths).size).toBe(paths.length);
  expect(valueAt(before, "limits.cpus")).toBe(2);
});
