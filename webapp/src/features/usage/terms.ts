import type { Unit } from "@/shared/charts/units";
import type { UsageDimension, UsageMeasure } from "@/shared/graphql/schema.generated";

export const DIMENSIONS: readonly UsageDimension[] = [
  "MODEL",
  "PROVIDER",
  "PERSONA",
  "USER",
  "SESSION",
  "TASK",
  "DETAIL",
];

/** What is measured: its name, its unit, and whether its sum says nothing, so that the highest is looked at. */
export const TERMS: Readonly<Record<UsageMeasure, readonly [name: string, unit: Unit, highest?: true]>> = {
  COST: ["Cost", "nano-dollars"],
  MODEL_CALLS: ["Model calls", "count"],
  TOKENS_INPUT: ["Fresh input", "tokens"],
  TOKENS_CACHE_READ: ["Input from cache", "tokens"],
  TOKENS_CACHE_CREATION: ["Input to cache", "tokens"],
  TOKENS_OUTPUT: ["Output", "tokens"],
  TOKENS_REASONING: ["Reasoning", "tokens"],
  SESSION_QUEUE: ["Session waits for room", "ms"],
  SESSION_PROVISIONING: ["Session starts", "ms"],
  SESSION_DURATION: ["Session lasts", "ms"],
  COMMAND_QUEUE: ["Command waits", "ms"],
  COMMAND_DURATION: ["Command runs", "ms"],
  COMMAND_CPU: ["Processor time", "ms"],
  COMMAND_MEMORY: ["Peak memory of a command", "bytes", true],
  COMMAND_OUTPUT: ["Output of commands", "bytes"],
  NETWORK_CONNECTIONS: ["Connections", "count"],
  NETWORK_UP: ["Sent", "bytes"],
  NETWORK_DOWN: ["Received", "bytes"],
  SNAPSHOT_FILES: ["Files in snapshots", "files"],
  SNAPSHOTS_STORED: ["Stored for snapshots", "bytes"],
  WORKSPACE_BYTES: ["Written by a session", "bytes", true],
  QUOTA_EXCEEDED: ["Quota met", "count"],
  TASK_LEAD: ["Task: creation to end", "ms"],
  TASK_CYCLE: ["Task: start of work to end", "ms"],
  TASK_REOPENED: ["Tasks opened again", "count"],
  TASK_STEP: ["Task: creation to a step", "ms"],
};

export const MEASURES = Object.keys(TERMS) as UsageMeasure[];
export const unitOf = (measure: UsageMeasure): Unit => TERMS[measure][1];
export const nameOf = (measure: UsageMeasure): string => TERMS[measure][0];
export const isHighest = (measure: UsageMeasure): boolean => TERMS[measure][2] === true;

export const TOKENS: readonly UsageMeasure[] = [
  "TOKENS_INPUT",
  "TOKENS_CACHE_READ",
  "TOKENS_CACHE_CREATION",
  "TOKENS_OUTPUT",
  "TOKENS_REASONING",
];

/** Colours that mean the same in all charts. */
export const OUTCOME_SLOTS: Readonly<Record<string, number>> = {
  exited: 2,
  closed: 2,
  done: 2,
  allowed: 2,
  failed: 6,
  refused: 1,
  lost: 5,
  timed_out: 3,
  cancelled: 7,
  signalled: 4,
  dropped: 5,
};

export const dimensionName = (dimension: UsageDimension): string => {
  const word = dimension === "DETAIL" ? "outcome" : dimension.toLowerCase();
  return word.charAt(0).toUpperCase() + word.slice(1);
};

/** `timed_out` as people write it. */
export const outcomeName = (detail: string): string => detail.replaceAll("_", " ");

/** Of the events that a tab's numbers are measured on. */
export const TOPICS: Readonly<Record<string, readonly string[]>> = {
  overview: ["ModelUsageRecorded", "CommandFinished", "SessionClosed"],
  sessions: ["SessionClosed", "SessionLost", "SessionProvisioningFailed"],
  commands: ["CommandFinished", "CommandLost", "CommandRefused"],
  tokens: ["ModelUsageRecorded"],
  cost: ["ModelUsageRecorded"],
  tasks: ["TaskStatusChanged"],
};
