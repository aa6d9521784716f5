import { afterEach, expect, test, vi } from "vitest";

import { earlyFetch } from "./early";

const asked = vi.fn<typeof fetch>(async () => new Response("asked"));
const given = async (body: string) => (await earlyFetch("/graphql", { method: "POST", body })).text();

vi.stubGlobal("fetch", asked);
afterEach(() => {
  asked.mockClear();
  globalThis.earlyAnswers = undefined;
});

test("what was asked early is given once, and then asked anew", async () => {
  globalThis.earlyAnswers = new Map([["a", Promise.resolve(new Response("early"))]]);
  expect(await given("b")).toBe("asked");
  expect(await given("a")).toBe("early");
  expect(await given("a")).toBe("asked");
});

test("what could not be asked early is asked again", async () => {
  globalThis.earlyAnswers = new Map([["a", Promise.reject(new TypeError("cut"))]]);
  expect(await given("a")).toBe("asked");
});
