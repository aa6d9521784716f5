import { expect, test } from "vitest";

import { dollars } from "./money";

test.each([
  ["0", "$0.00"],
  ["20", "$20.00"],
  ["1234567.891", "$1,234,567.89"],
  ["0.5", "$0.50"],
  ["0.0123", "$0.0123"],
  ["0.000000001", "$0.000000001"],
  ["-3.5", "-$3.50"],
])("%s is shown as %s", (usd, shown) => {
  expect(dollars(usd)).toBe(shown);
});
