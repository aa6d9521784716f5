import { globalId, shortId, uuidOf } from "@/shared/text/ids";
import { visibleText } from "@/shared/text/visible";

import type { SessionPointsQuery } from "./api/SessionPoints.generated";
import type { SnapshotShownFragment } from "./api/SnapshotShown.generated";

type Session = NonNullable<SessionPointsQuery["session"]>;
type Command = Session["commands"]["edges"][number]["node"];

/** A point in time of a session's files. */
export interface Point {
  /** As it stands in addresses: a command's UUID, or the name of a tree. */
  value: string;
  label: string;
  at: string;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TREE = /^[0-9a-f]{40}$/;

/** What an address says of a point; anything that can be none is left out. */
export const pointIn = (value: unknown): string | undefined =>
  typeof value === "string" && (UUID.test(value) || TREE.test(value)) ? value : undefined;

/** As the API takes it. */
export const pointId = (value: string | undefined): string | null =>
  value === undefined ? null : UUID.test(value) ? globalId("Command", value) : value;

const oneLine = (text: string): string => visibleText(text.trim().replaceAll("\n", " ⏎ "));

export const afterCommand = (command: { id: string; text: string }): string =>
  `after ${shortId(command.id)}: ${oneLine(command.text) || "(nothing)"}`;

/** What is known of where a snapshot came from, as `qd session snapshots` says it. */
export function originOf(snapshot: SnapshotShownFragment, isFirst: boolean): string {
  if (isFirst) return "What it started with";
  if (snapshot.command) return afterCommand(snapshot.command);
  return snapshot.writtenBy ? `written by ${visibleText(snapshot.writtenBy)}` : "between commands";
}

export const valueOf = ({ command, tree }: SnapshotShownFragment): string => (command ? uuidOf(command.id) : tree);

/** All points that can be chosen, the newest first. Commands that changed nothing are points, too. */
export function pointsOf(snapshots: readonly SnapshotShownFragment[], session: Session): Point[] {
  const found = snapshots.map((each, index) => ({
    value: valueOf(each),
    label: originOf(each, index === 0),
    at: each.recordedAt,
  }));
  const commands = session.commands.edges.map((edge) => edge.node).filter(leftFiles);
  const quiet = commands.map((each) => ({
    value: uuidOf(each.id),
    label: `${afterCommand(each)} (changed nothing)`,
    at: each.endedAt ?? "",
  }));
  const aside = session.setAside.map((each) => ({
    value: each.tree,
    label: `set aside by ${visibleText(each.workerId)}`,
    at: each.foundAt,
  }));
  const all = new Map([...quiet, ...aside, ...found].map((each) => [each.value, each]));
  return [...all.values()].toSorted((one, two) => Date.parse(two.at) - Date.parse(one.at));
}

const leftFiles = (command: Command): boolean => command.state === "FINISHED" && command.treeAfter !== null;

const ENDED: ReadonlySet<Session["state"]> = new Set(["CLOSED", "LOST", "FAILED"]);

/** Whether more can come: otherwise its newest point is its end. */
export const isOpen = ({ state }: Pick<Session, "state">): boolean => !ENDED.has(state);

/** Where files are brought back to: after a command, or before it. */
export interface RestorePoint {
  command: string;
  moment: "AFTER" | "BEFORE";
}

/** How a snapshot is named as a point to restore or fork from: by a command. Undefined: no command is next to it. */
export function restorePoint(snapshot: SnapshotShownFragment, session: Session): RestorePoint | undefined {
  if (snapshot.command) return { command: uuidOf(snapshot.command.id), moment: "AFTER" };
  const next = session.commands.edges.find((edge) => edge.node.treeBefore === snapshot.tree);
  return next && { command: uuidOf(next.node.id), moment: "BEFORE" };
}
