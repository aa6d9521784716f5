import { expect, test } from "vitest";

import { amountWords, dollarsTyped, tokensTyped } from "./amounts";

test.each([
  ["20", "20"],
  [" $1,000.50 ", "1000.50"],
  ["0.000000001", "0.000000001"],
])("%j are dollars", (text, value) => {
  expect(dollarsTyped(text)).toEqual({ value });
});

test.each(["0", "-1", "1e3", "ten", "0.0000000001", "100000001"])("%j are no dollars", (text) => {
  expect(dollarsTyped(text).wrong).toBeTruthy();
});

test.each([
  ["500k", 500_000],
  ["5M", 5_000_000],
  ["1.5 m", 1_500_000],
  ["1,000_000", 1_000_000],
])("%j are tokens", (text, value) => {
  expect(tokensTyped(text)).toEqual({ value });
});

test.each(["0", "0.2", "-5", "5 tokens", "2e15", "9000000B"])("%j are no tokens", (text) => {
  expect(tokensTyped(text).wrong).toBeTruthy();
});

test("nothing typed is no limit", () => {
  expect([dollarsTyped(" "), tokensTyped("")]).toEqual([{}, {}]);
});

test("an amount is told of what is limited", () => {
  const both = { usd: "1.5", tokens: 2000 };
  expect(amountWords(both)).toBe("$1.50, 2,000 tokens");
  expect(amountWords(both, { usd: null, tokens: 1 })).toBe("2,000 tokens");
});
