import { expect, test } from "vitest";

import { type Sent, Typing } from "./typing";

const bytes = (text: string) => new TextEncoder().encode(text);
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

function desk(answers: Sent[] = []) {
  const sent: string[] = [];
  const said: string[] = [];
  let release: (() => void) | undefined;
  const gate = { held: false };
  const typing = new Typing(
    async (data) => {
      sent.push(new TextDecoder().decode(data));
      if (gate.held) await new Promise<void>((done) => (release = done));
      return answers.shift() ?? { is: "sent" };
    },
    (text) => said.push(text),
  );
  return { sent, said, typing, gate, release: () => release?.() };
}

function runningDesk(answers: Sent[] = []) {
  const made = desk(answers);
  made.typing.begin();
  return made;
}

test("keys go in order, together where the one before is on its way", async () => {
  const { typing, sent, gate, release } = runningDesk();
  gate.held = true;
  for (const key of "make\r") typing.typed(bytes(key));
  expect(sent).toEqual(["m"]);

  gate.held = false;
  release();
  await settled();

  expect(sent).toEqual(["m", "ake\r"]);
});

test("what may have arrived is told of and not sent again", async () => {
  const { typing, sent, said } = runningDesk([{ is: "unsure", why: "The gateway does not answer." }]);
  typing.typed(bytes("rm x\r"));
  await settled();

  expect(sent).toEqual(["rm x\r"]);
  expect(said).toEqual(["The gateway does not answer. 5 bytes that you typed may not have arrived."]);
});

test("nothing is sent to a program that is over", async () => {
  const { typing, sent } = runningDesk([{ is: "over" }]);
  typing.typed(bytes("a"));
  await settled();
  typing.typed(bytes("b"));
  await settled();

  expect(sent).toEqual(["a"]);
});

test("more than is kept is refused, and said", () => {
  const { typing, said, gate } = runningDesk();
  gate.held = true;
  typing.typed(bytes("a"));
  typing.typed(new Uint8Array(300 * 1024));

  expect(said).toHaveLength(1);
});

test("what is typed before the program runs is sent when it does", async () => {
  const { typing, sent } = desk();
  for (const key of "make\r") typing.typed(bytes(key));
  await settled();
  expect(sent).toEqual([]);

  typing.begin();
  await settled();

  expect(sent).toEqual(["make\r"]);
});
