import { expect, test } from "vitest";

import { nameOf, wordsOf } from "./words";

const said = (topic: string, facts: unknown, rest = {}) =>
  wordsOf({ topic, payload: JSON.stringify(facts), known: true, erased: false, ...rest }).more;

test("a topic is a sentence's beginning", () => {
  expect(nameOf("SessionProvisioningFailed")).toBe("Session provisioning failed");
  expect(nameOf("weird-topic.v2")).toBe("weird-topic.v2");
});

test.each([
  ["CommandRequested", { text: "make test" }, "make test"],
  [
    "CommandFinished",
    { reason: "exited", exit_code: 1, wall_ms: 3200, files_changed_total: 2 },
    "exit 1, 3.2 s, 2 files changed",
  ],
  ["CommandFinished", { reason: "signalled", signal: "SIGKILL", wall_ms: 3 }, "signalled SIGKILL, 3 ms"],
  ["CommandFinished", { reason: "timed_out", wall_ms: 60_000 }, "timed out, 1 min"],
  ["CommandResized", { terminal: { columns: 80, rows: 24 } }, "80 x 24"],
  ["SnapshotTaken", { files_changed: 1, tree: "0123456789abcdef" }, "1 file changed, tree 0123456789ab"],
  [
    "NetworkAccessDecided",
    { verdict: "refused", host: "", port: 443, reason: "too many" },
    "refused (several):443: too many",
  ],
  ["SessionTaskGiven", { reference: "T-17" }, "T-17"],
  ["WorkspaceFileWritten", { path: "a b.txt", bytes: 1 }, "a b.txt, 1 byte"],
  ["TaskCreated", { number: 3, fields: { title: "Mend it" } }, "#3 Mend it"],
  ["TaskEdited", { revision: 2, changes: { title: "x", body: null, labels: [] } }, "title, labels"],
  ["CheckpointSigned", { number: 3, position: 5000 }, "number 3, up to position 5,000"],
  ["TokenIssued", { name: "laptop", kind: "api" }, "laptop (api)"],
  ["PayloadErased", { reason: "leaked", events: [{}, {}] }, "2 places: leaked"],
  ["TaskCreated", { number: "x", fields: 1 }, "#0 "],
  ["SomethingElse", { title: "", status: "open" }, "open"],
  ["SomethingElse", [1], ""],
])("%s %j: %s", (topic, facts, words) => {
  expect(said(topic, facts)).toBe(words);
});

test("what cannot be read is said to be so", () => {
  expect(said("SessionClosed", null, { payload: null, erased: true })).toBe("(erased)");
  expect(said("SessionBeamedUp", { reason: "x" }, { known: false })).toBe("(unknown to this release)");
  expect(said("SessionClosed", null, { payload: "{broken" })).toBe("");
});

test("a long text is cut", () => {
  expect(said("CommandRequested", { text: "x".repeat(5000) })).toHaveLength(400);
});
