import { beyond } from "./bisect";
import { type Fact, number, text } from "./facts";
import type { ChangedFile } from "./runs";

type Status = "added" | "modified" | "deleted";

/** Everything as it was after some of a session's events. */
export class State {
  /** As `running`, `paused` or `closed`. */
  session = "not opened yet";
  reason = "";
  worker = "";
  jail = "";
  closing = false;
  /** Budgets that hold it, by what each says. */
  readonly holds = new Map<string, string>();
  task = "";
  /** Of its files; empty: there are none yet. */
  tree = "";
  /** Paths that snapshots leave out. */
  skipped = 0;
  discarded = false;
  /** Files were put back to an earlier state: `files` tells more than what is changed. */
  restored = false;
  /** What commands changed until then; undefined: added, and gone again. */
  readonly files = new Map<string, Status | undefined>();
  readonly notes: string[] = [];
  /** Connections, by host and port. */
  readonly allowed = new Map<string, number>();
  readonly refused = new Map<string, number>();
  /** Positions of events that are erased, or that this release cannot read. */
  readonly holes: number[] = [];

  take(fact: Fact): void {
    if (fact.hole) this.holes.push(fact.position);
    else TAKE[fact.topic]?.(this, fact.says);
  }
}

/** Adds more changes to what is known of files. Two commands that ran side by side both tell what either did. */
export function change(files: Map<string, Status | undefined>, changed: readonly ChangedFile[]): void {
  for (const { path, status } of changed) {
    const before = files.get(path);
    if (status === "deleted" && files.has(path) && (before === "added" || before === undefined))
      files.set(path, undefined);
    else if (before === "deleted" && status === "added") files.set(path, "modified");
    else if (before !== "added") files.set(path, status as Status);
  }
}

type Says = Fact["says"];

const opened = (state: State, says: Says): void => {
  state.session = "waits for a place";
  state.reason = "";
  if (says.worker_id) state.worker = text(says.worker_id);
};

const stands = (is: string) => (state: State) => {
  state.session = is;
};

const ended = (is: string, why: string) => (state: State, says: Says) => {
  state.session = is;
  state.reason = text(says[why]);
  state.closing = false;
};

const based = (state: State, says: Says): void => {
  state.tree = text(says.tree);
  state.discarded = false;
  state.skipped = 0;
};

const TAKE: Record<string, (state: State, says: Says) => void> = {
  SessionOpened: opened,
  SessionReopened: opened,
  SessionAdmitted: stands("waits for a worker"),
  SessionProvisioned: (state, says) => {
    state.session = "running";
    state.worker = text(says.worker_id);
    state.jail = text(says.jail_driver);
  },
  SessionProvisioningFailed: ended("failed", "reason"),
  SessionPauseRequested: stands("pausing"),
  SessionPaused: (state, says) => {
    state.session = "paused";
    state.reason = text(says.reason);
  },
  SessionResumeRequested: stands("resuming"),
  SessionResumed: (state) => {
    state.session = "running";
    state.reason = "";
  },
  SessionAdopted: (state, says) => {
    state.worker = text(says.worker_id);
  },
  SessionTaskGiven: (state, says) => {
    state.task = text(says.reference);
  },
  SessionHeld: (state, says) => void state.holds.set(text(says.budget_id), text(says.reason)),
  SessionLetGo: (state, says) => void state.holds.delete(text(says.budget_id)),
  SessionCloseRequested: (state) => {
    state.closing = true;
  },
  SessionLost: ended("lost", "reason"),
  SessionClosed: ended("closed", "detail"),
  CommandFinished: (state, says) => {
    if (Array.isArray(says.files_changed)) change(state.files, says.files_changed as ChangedFile[]);
  },
  WorkspacePrepared: based,
  WorkspaceRebuilt: based,
  SnapshotTaken: (state, says) => {
    state.tree = text(says.tree);
    state.skipped = number(says.skipped_total);
  },
  WorkspaceRestored: (state, says) => {
    state.tree = text(says.tree);
    state.restored = true;
  },
  WorkspaceDiscarded: (state, says) => {
    state.tree = text(says.last_tree);
    state.discarded = true;
  },
  NetworkAccessDecided: (state, says) => {
    const verdicts = says.verdict === "allowed" ? state.allowed : state.refused;
    const where = `${text(says.host) || "(several)"}:${number(says.port)}`;
    verdicts.set(where, (verdicts.get(where) ?? 0) + (number(says.count) || 1));
  },
  TaskProgressNoted: (state, says) => void state.notes.push(text(says.text)),
};

/** States at any place; going on from the last one takes only what came in between. */
export class States {
  private readonly facts: readonly Fact[];
  private state = new State();
  private taken = 0;

  constructor(facts: readonly Fact[]) {
    this.facts = facts;
  }

  /** That after all events up to a position. It is valid until the next is asked for. */
  upTo(position: number): State {
    const count = beyond(this.facts, position, (each) => each.position);
    if (count < this.taken) {
      this.state = new State();
      this.taken = 0;
    }
    for (; this.taken < count; this.taken++) {
      const fact = this.facts[this.taken];
      if (fact) this.state.take(fact);
    }
    return this.state;
  }
}
