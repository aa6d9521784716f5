import { describe, expect, test } from "vitest";

import { canCheck, checkpointIn, keyOf, open } from "./notes";
import { judge } from "./trust";
import vectors from "./vectors.json";

const [first = "", second = ""] = vectors.keys;
const alone = [{ key: first }];
const replaced = [{ key: first }, { key: second, endorsement: vectors.endorsement }];

test("a checkpoint is read out of its note", () => {
  const checkpoint = checkpointIn(vectors.byFirst);
  expect(checkpoint).toMatchObject({ number: 7, head: { position: 2, digest: vectors.events[1]?.digest } });
  expect(checkpoint.name).toMatch(/^quarterdeck-log\//);
  expect(() => checkpointIn("nothing")).toThrow("no signed note");
});

test("a key that was damaged is refused", async () => {
  await expect(keyOf(first.replace(/\+[\da-f]{8}\+/, "+00000000+"))).rejects.toThrow("damaged");
  await expect(keyOf("x+y+AAAA")).rejects.toThrow("no Ed25519 key");
});

test("a note whose text was changed is opened by nobody", async () => {
  const key = await keyOf(first);
  expect(await canCheck()).toBe(true);
  expect((await open(vectors.byFirst, [key]))?.key).toBe(key);
  expect(await open(vectors.byFirst.replace("number 7", "number 8"), [key])).toBeUndefined();
});

describe("who signed a checkpoint", () => {
  test("is to be confirmed at first", async () => {
    expect((await judge(vectors.byFirst, alone, undefined)).trust).toMatchObject({ is: "first" });
  });

  test("is trusted where it is the key that was confirmed, or one that this vouches for", async () => {
    expect((await judge(vectors.byFirst, alone, first)).trust).toMatchObject({ is: "trusted", vouchedBy: undefined });
    const later = (await judge(vectors.bySecond, replaced, first)).trust;
    expect(later).toMatchObject({ is: "trusted", vouchedBy: { written: first } });
  });

  test("is another one where nothing vouches for it, whatever the server says", async () => {
    const forged = [{ key: first }, { key: second, endorsement: vectors.bySecond }];
    expect((await judge(vectors.bySecond, forged, first)).trust).toMatchObject({ is: "changed", pinned: first });
    expect((await judge(vectors.bySecond, [{ key: second }], first)).trust).toMatchObject({ is: "changed" });
    expect((await judge(vectors.byFirst, replaced, second)).trust).toMatchObject({ is: "changed" });
  });

  test("is nobody where the server names another key", async () => {
    expect((await judge(vectors.bySecond, alone, first)).trust).toEqual({ is: "unsigned" });
  });
});
