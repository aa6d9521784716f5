import { expect, test } from "vitest";

import { languageOf } from "./language";

test.each([
  ["main.py", "", "Python"],
  ["App.tsx", "", "TSX"],
  ["x.svg", "", "XML"],
  ["Dockerfile.dev", "", "Dockerfile"],
  [".bashrc", "", "Shell"],
  ["run", "#!/usr/bin/env bash\necho", "Shell"],
  ["run", "#!/usr/bin/python3 -I\n", "Python"],
  ["run", "python", undefined],
  ["notes.txt", "", undefined],
])("%s that begins with %j is %s", (name, start, language) => {
  expect(languageOf(name, start)?.name).toBe(language);
});

test("each of them can be fetched", async () => {
  const names = [
    "a.c",
    "a.cs",
    "a.css",
    "a.go",
    "a.html",
    "a.java",
    "a.js",
    "a.json",
    "a.lua",
    "a.md",
    "a.pl",
    "a.php",
  ];
  const more = [
    "a.ini",
    "a.rb",
    "a.rs",
    "a.sh",
    "a.sql",
    "a.swift",
    "a.toml",
    "a.ts",
    "a.xml",
    "a.yml",
    "a.hs",
    "a.diff",
  ];
  const loaded = await Promise.all([...names, ...more].map((name) => languageOf(name, "")?.load()));
  expect(loaded.map((each) => each?.language.name !== undefined)).not.toContain(false);
});
