import { describe, expect, it } from "vitest";

import type { Point } from "./points";
import { costOf, type Draft, draftOf, inputOf, priceFor, wrongIn } from "./prices";
import { repriced } from "./repricing";

const draft = (part: Partial<Draft>): Draft => ({
  ...draftOf(),
  provider: "p",
  model: "m",
  input: "1",
  output: "2",
  ...part,
});
const price = (model: string, input = "1", since: string | null = null) =>
  inputOf(draft({ model, input, since: since ?? "" }));
const NONE = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0, reasoning: 0 };

describe("a price that is typed", () => {
  it.each([
    [{ provider: " " }, "provider"],
    [{ model: "a*b" }, "model"],
    [{ input: "" }, "input"],
    [{ input: "1,5" }, "input"],
    [{ output: "0.1234567" }, "output"],
    [{ reasoning: "-1" }, "reasoning"],
    [{ cacheRead: "100001" }, "cacheRead"],
  ])("is refused where it is %o", (part, field) => {
    const typed = draft(part);
    expect(Object.keys(wrongIn(typed, [typed]))).toEqual([field]);
  });

  it("is not there twice from the same time on", () => {
    const [one, other] = [draft({}), draft({})];
    expect(wrongIn(one, [one, other])).toEqual({});
    expect(wrongIn(other, [one, other])).toEqual({ model: "is there already" });
    expect(wrongIn(draft({ since: "2026-12-01T00:00:00Z" }), [one])).toEqual({});
  });

  it("says nothing of kinds that were left empty", () => {
    expect(inputOf(draft({ cacheRead: " 0.3 " }))).toEqual({
      provider: "p",
      model: "m",
      input: "1",
      output: "2",
      cacheRead: "0.3",
      cacheCreation: null,
      reasoning: null,
      since: null,
    });
  });
});

describe("the price of tokens", () => {
  const at = Date.parse("2026-11-26");
  it("is the exact name's, then the longest's, then the latest's", () => {
    const of = (model: string, prices = [price("*"), price("gpt-*"), price("gpt-5*"), price("gpt-5")]) =>
      priceFor(prices, { provider: "p", model, at, kinds: NONE })?.model;
    expect([of("gpt-5"), of("gpt-5-mini"), of("gpt-4"), of("x")]).toEqual(["gpt-5", "gpt-5*", "gpt-*", "*"]);
    const later = [price("m", "1"), price("m", "2", "2026-11-01T00:00:00Z"), price("m", "3", "2026-12-01T00:00:00Z")];
    expect(priceFor(later, { provider: "p", model: "m", at, kinds: NONE })?.input).toBe("2");
    expect(priceFor(later, { provider: "q", model: "m", at, kinds: NONE })).toBeUndefined();
  });

  it("counts a kind without a price as the one that it is part of", () => {
    const kinds = { input: 1, output: 10, cacheRead: 100, cacheCreation: 1000, reasoning: 10_000 };
    expect(costOf(price("m"), kinds)).toBe(((1 + 100 + 1000) * 1 + (10 + 10_000) * 2) * 1000);
  });
});

describe("pricing anew", () => {
  const point = (measure: Point["measure"], total: number | null, model = "m"): Point => ({
    at: "2026-11-26T00:00:00Z",
    measure,
    group: [
      { dimension: "PROVIDER", value: "p", label: null },
      { dimension: "MODEL", value: model, label: null },
    ],
    total,
    count: 1,
    unknown: total === null ? 1 : 0,
    highest: total,
  });
  const points = [point("TOKENS_INPUT", 1_000_000), point("COST", null), point("COST", 5, "known")];

  it("tells what would cost something else, and leaves what others price", () => {
    expect(repriced(points, [], [price("m", "3")])).toEqual([
      { provider: "p", model: "m", before: null, after: 3_000_000_000 },
    ]);
    expect(repriced(points, [], [])).toEqual([]);
  });
});
