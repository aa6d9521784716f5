import { factsOf } from "@/shared/events/words";

/** An event that changes how things stand, and what it says. */
export interface Fact {
  readonly position: number;
  /** Seconds after the session's first event. */
  readonly at: number;
  readonly topic: string;
  readonly streamId: string;
  /** Empty where it was erased, or this release cannot read it. */
  readonly says: Readonly<Record<string, unknown>>;
  readonly hole: boolean;
}

/** What of a session's events is read in full: everything else is a time and a topic. */
export const TOLD = [
  "SessionOpened",
  "SessionReopened",
  "SessionAdmitted",
  "SessionProvisioned",
  "SessionProvisioningFailed",
  "SessionPauseRequested",
  "SessionPaused",
  "SessionResumeRequested",
  "SessionResumed",
  "SessionAdopted",
  "SessionTaskGiven",
  "SessionHeld",
  "SessionLetGo",
  "SessionCloseRequested",
  "SessionLost",
  "SessionClosed",
  "CommandRequested",
  "CommandStarted",
  "CommandBackgrounded",
  "CommandCancelRequested",
  "CommandFinished",
  "CommandLost",
  "CommandRefused",
  "WorkspacePrepared",
  "SnapshotTaken",
  "WorkspaceRestored",
  "WorkspaceRebuilt",
  "WorkspaceDiscarded",
  "NetworkAccessDecided",
  "TaskProgressNoted",
] as const;

const told: ReadonlySet<string> = new Set(TOLD);

interface Recorded {
  readonly position: number;
  readonly topic: string;
  readonly streamId: string;
  readonly payload: string | null;
  readonly known: boolean;
}

export const isTold = (event: Pick<Recorded, "topic">): boolean => told.has(event.topic);

export const factOf = ({ position, topic, streamId, payload, known }: Recorded): Omit<Fact, "at"> => {
  const says = known ? factsOf(payload) : {};
  return { position, topic, streamId, says, hole: payload === null || !known };
};

export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** Microseconds since 1970 of a time with up to six digits of a second, which `Date` cuts to three. */
export function micros(time: string): number {
  const digits = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? "";
  return Date.parse(time) * 1000 + Number(digits.padEnd(3, "0"));
}
