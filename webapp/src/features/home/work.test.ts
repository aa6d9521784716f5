import { expect, test } from "vitest";

import type { HomeSessionsQuery } from "./api/HomeSessions.generated";
import { finished, running, waiting } from "./work";

const command = (id: string, state: string, endedAt: string | null = null, position = 0) => ({
  id,
  text: id,
  state,
  endedAt,
  queue: state === "QUEUED" ? { position, reason: "" } : null,
});
const session = (id: string, state: string, ...commands: object[]) => ({
  id,
  title: id,
  state,
  queue: state === "QUEUED" ? { position: 1, reason: "" } : null,
  commands: { edges: commands.map((node) => ({ node })) },
});
const data = (open: object[], recent: object[] = []): HomeSessionsQuery =>
  ({
    open: { edges: open.map((node) => ({ node })) },
    recent: { edges: recent.map((node) => ({ node })) },
  }) as unknown as HomeSessionsQuery;

test("sessions that run a command come first, with that command", () => {
  const idle = session("idle", "READY", command("old", "FINISHED", "1"));
  const busy = session("busy", "READY", command("now", "RUNNING"), command("next", "QUEUED"));
  const found = running(data([idle, busy, session("later", "QUEUED")]));
  expect(found.map((each) => [each.session.id, each.command?.id])).toEqual([
    ["busy", "now"],
    ["idle", "old"],
  ]);
});

test("sessions and commands wait in one queue", () => {
  const found = waiting(data([session("s", "READY", command("third", "QUEUED", null, 3)), session("first", "QUEUED")]));
  expect(found.map((each) => each.what)).toEqual(["first", "third"]);
});

test("what ended is listed once, the last first", () => {
  const both = session(
    "s",
    "READY",
    command("a", "FINISHED", "1"),
    command("b", "FINISHED", "2"),
    command("c", "RUNNING"),
  );
  expect(finished(data([both], [both])).map((each) => each.command.id)).toEqual(["b", "a"]);
});
