import { expect, test } from "vitest";

import { usual } from "./core/session.fixture";
import type { Tape } from "./core/tape";
import { Player } from "./player";

test("where one wanted to go last is where one is, whatever is found first", async () => {
  const line = usual();
  const [run] = line.runs.all;
  if (!run) throw new Error("there is no command");
  const found = new Map<number, (us: number) => void>();
  const timeOf = (offset: number) => new Promise<number>((done) => found.set(offset, done));
  const open = async () => Promise.resolve({ transcript: { timeOf } } as unknown as Tape);
  const player = new Player({ line, open, frame: () => undefined, now: () => 0 });

  const ways = [1, 2].map((offset) => player.go({ at: 4, count: 1, run, offset }));
  await expect.poll(() => found.size).toBe(2);
  found.get(2)?.(3e6);
  await ways[1];
  found.get(1)?.(1e6);
  await ways[0];
  expect(player.clock.at).toBe(7);

  const late = player.go({ at: 4, count: 1, run, offset: 5 });
  await expect.poll(() => found.has(5)).toBe(true);
  player.seek(9);
  found.get(5)?.(1e6);
  await late;
  expect(player.clock.at).toBe(9);
});
