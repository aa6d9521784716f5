import { expect, test } from "vitest";

import { parseRules, writeRules } from "./rules";

test("what is written is what was parsed", () => {
  const { rules, wrong } = parseRules(" pypi.org \n\n*.example.org:8443\n");
  expect(wrong).toBeUndefined();
  expect(writeRules(rules)).toBe("pypi.org:443\n*.example.org:8443");
});

test.each(["https://pypi.org", "a b", "pypi.org:0", "pypi.org:70000", "pypi.org:x"])("%j is told of", (line) => {
  expect(parseRules(`ok.org\n${line}`).wrong).toBe(line);
});
