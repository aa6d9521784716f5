import { expect, test } from "vitest";

import { howItDiffers, type Known, save, type Write } from "./saving";

const CONFLICT = { code: "CONFLICT", message: "It is something else.", nextStep: "" };

/** A file that is written only on what it has, as the server does. */
function fileOf(content: Known) {
  const file = { content };
  const write: Write = async (text, base) => {
    if (base !== file.content) return { fault: CONFLICT };
    file.content = text;
    return { tree: "t" };
  };
  return { file, write, newest: async () => file.content };
}

test("what nobody has changed is written", async () => {
  const { file, write, newest } = fileOf("old");
  expect(await save(write, newest, { mine: "new", base: "old", tried: undefined })).toEqual({ is: "saved", tree: "t" });
  expect(file.content).toBe("new");
});

test("what somebody has changed is left, and shown", async () => {
  const { file, write, newest } = fileOf("theirs");
  const saved = await save(write, newest, { mine: "new", base: "old", tried: undefined });
  expect(saved).toEqual({ is: "conflict", conflict: { mine: "new", base: "old", theirs: "theirs" } });
  expect(file.content).toBe("theirs");
});

test("a write whose answer was lost is known again", async () => {
  expect((await save(fileOf("new").write, async () => "new", { mine: "new", base: "old", tried: "new" })).is).toBe(
    "there",
  );
});

test("what was sent before, and arrived unheard, is a base like any other", async () => {
  const { file, write, newest } = fileOf("sent");
  expect(await save(write, newest, { mine: "more", base: "old", tried: "sent" })).toEqual({ is: "saved", tree: "t" });
  expect(file.content).toBe("more");
});

test("a refusal that is no other change is told as it is", async () => {
  const write: Write = async () => ({ fault: CONFLICT });
  expect(await save(write, async () => "old", { mine: "new", base: "old", tried: undefined })).toEqual({
    is: "refused",
    fault: CONFLICT,
  });
  const denied = { ...CONFLICT, code: "FORBIDDEN" };
  const refusing: Write = async () => ({ fault: denied });
  expect(await save(refusing, async () => "x", { mine: "new", base: "old", tried: undefined })).toEqual({
    is: "refused",
    fault: denied,
  });
});

test("a file that came, or went, meanwhile is a conflict", async () => {
  const came = fileOf("there");
  expect((await save(came.write, came.newest, { mine: "new", base: null, tried: undefined })).is).toBe("conflict");
  const gone = fileOf(null);
  expect((await save(gone.write, gone.newest, { mine: "new", base: "old", tried: undefined })).is).toBe("conflict");
  const told = (base: Known, theirs: Known) => howItDiffers({ mine: "", base, theirs });
  expect(told("old", null)).toBe("it is gone");
  expect(told(null, "ab")).toBe("it is there now, with 2 bytes");
  expect(told("abc", "é")).toBe("it has 2 bytes instead of 3 bytes");
});
