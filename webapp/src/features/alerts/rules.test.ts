import { expect, test } from "vitest";

import { globalId } from "@/shared/text/ids";

import type { AlertRuleWholeFragment } from "./api/AlertRuleWhole.generated";
import { KINDS, unitOf } from "./kinds";
import { newRule, ruleInput, ruleTyped, withKind, wrongInRule } from "./rules";

const rule = {
  name: "failing",
  description: "look at the runner",
  severity: "CRITICAL",
  condition: {
    kind: "ERROR_RATIO",
    measure: "COMMAND_DURATION",
    statistic: "TOTAL",
    comparison: "ABOVE",
    threshold: 0.07,
    windowSeconds: 600,
    forSeconds: 90,
    minimum: 5,
    groupBy: ["user"],
    filters: [{ dimension: "user", values: [globalId("User", "u-1")] }],
    said: "",
  },
  mail: ["a@example.org"],
  webhooks: [],
  gatherSeconds: 60,
  repeatSeconds: 0,
  quietHours: { zone: "UTC", start: "22:00", end: "07:00" },
} as unknown as AlertRuleWholeFragment;

test("a rule comes back from its form as it was", () => {
  const { said: _said, ...condition } = rule.condition;
  const { condition: _condition, ...rest } = rule;
  expect(wrongInRule(ruleTyped(rule))).toEqual({});
  expect(ruleInput(ruleTyped(rule))).toEqual({ ...rest, condition });
});

test("a threshold is written in the unit of what is looked at", () => {
  expect(ruleTyped(rule).threshold).toBe("7");
  expect(unitOf("THRESHOLD", "COST", "TOTAL")).toBe("dollars");
  expect(unitOf("THRESHOLD", "COST", "COUNT")).toBe("number");
  expect(unitOf("RATE", "NETWORK_UP", "TOTAL")).toBe("bytes");
  expect(unitOf("QUEUE_AGE", null, "TOTAL")).toBe("seconds");
  const waiting = { ...withKind(newRule(false), "QUEUE_AGE"), name: "queue", threshold: "10m" };
  expect(ruleInput(waiting).condition).toMatchObject({ threshold: 600, measure: null, minimum: 1 });
});

test("another kind keeps what it can have", () => {
  const typed = { ...newRule(false), groupBy: ["user", "model"], measure: "COST" as const };
  expect(withKind(typed, "THRESHOLD")).toMatchObject({ measure: "COST", groupBy: ["user", "model"] });
  expect(withKind(typed, "ERROR_RATIO").measure).toBe("COMMAND_DURATION");
  expect(withKind(typed, "QUEUE_AGE")).toMatchObject({ measure: null, groupBy: ["user"] });
});

test("what cannot be is told at its field", () => {
  const typed = {
    ...newRule(false),
    name: "No Name",
    threshold: "120",
    window: "5s",
    held: "soon",
    minimum: "0",
    gather: "2d",
    repeat: "1m",
    quiet: { zone: "UTC", start: "07:00", end: "07:00" },
  };
  expect(Object.keys(wrongInRule(typed)).toSorted()).toEqual([
    "gather",
    "held",
    "minimum",
    "name",
    "quiet",
    "repeat",
    "threshold",
    "window",
  ]);
});

test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])("%s can be set as it is offered", (kind) => {
  const typed = { ...withKind(newRule(kind === "DISK"), kind), name: "one", threshold: "20" };
  expect(wrongInRule(typed)).toEqual({});
});
