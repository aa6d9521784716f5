import { expect, test } from "vitest";

import { framed } from "./framed";

test("the template's own styles get the nonce, and no others", () => {
  const page = (attribute: string) =>
    `<html><head><title>a &lt;style&gt;</title><style${attribute}>a</style></head><body><style>b</style></body></html>`;
  expect(framed(page(""), "abc=")).toBe(page(' nonce="abc="'));
});

test("without a policy there is nothing to put on", () => {
  expect(framed("<head><style>a</style></head>", undefined)).toBe("<head><style>a</style></head>");
});
