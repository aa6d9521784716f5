import { expect, test } from "vitest";

import type { ComparedUsageQuery } from "./api/ComparedUsage.generated";
import { restoredIn } from "./restored";
import { dollars, tookOf } from "./usage";

type Total = ComparedUsageQuery["usage"]["totals"][number];

const total = (measure: Total["measure"], session: string, detail: string, part: Partial<Total>): Total => ({
  measure,
  group: [
    { dimension: "SESSION", value: session },
    { dimension: "DETAIL", value: detail },
  ],
  total: 0,
  usd: null,
  count: 1,
  unknown: 0,
  ...part,
});

const totals = [
  total("COMMAND_DURATION", "a", "exited", { count: 3, total: 100 }),
  total("COMMAND_DURATION", "a", "failed", { count: 2, total: 50, unknown: 1 }),
  total("COMMAND_DURATION", "b", "exited", { count: 9, total: 900 }),
  total("TOKENS_INPUT", "a", "", { total: 10 }),
  total("TOKENS_OUTPUT", "a", "", { total: 5 }),
  total("COST", "a", "", { total: 1_500_000_000, usd: "1.5", count: 4, unknown: 2 }),
];

test("what a session took is its own, and a cost says which calls it lacks", () => {
  const took = tookOf(totals, "a");

  expect(took).toEqual({ commands: 5, failed: 2, commandMs: 150, cpuMs: 0, tokens: 15, usd: 1.5, unpriced: 2 });
  expect(dollars(took)).toBe("$1.50, 2 without a price");
  expect(dollars(tookOf(totals, "b"))).toBe("no model was called");
});

test("a restore says what came of it, as qd does", () => {
  expect(restoredIn("WorkspaceRestored", '{"files_changed": 1, "shell": true}')).toEqual({
    said: ["Restored: 1 file changed."],
  });
  expect(restoredIn("WorkspaceRestored", '{"files_changed": 0, "shell": false}')).toEqual({
    said: [
      "Restored: 0 files changed.",
      "The shell's directory and exported variables were not kept of that point: they are as they were.",
    ],
  });
  expect(restoredIn("WorkspaceRestoreFailed", '{"reason": "Full.", "next_step": "Make room."}')).toEqual({
    code: "NOT_RESTORED",
    message: "Not restored: Full.",
    nextStep: "Make room.",
  });
  expect(restoredIn("SessionClosed", null)).toMatchObject({ code: "NOT_RESTORED" });
  expect(restoredIn("WorkspaceRestored", "no json")).toEqual({ said: ["Restored: 0 files changed."] });
});
