import { counted } from "@/shared/text/counts";

import type { AskingBudgetsQuery } from "./api/AskingBudgets.generated";
import type { FiringAlertsQuery } from "./api/FiringAlerts.generated";
import type { HomeSessionFragment } from "./api/HomeSession.generated";
import type { ProjectNeedsQuery } from "./api/ProjectNeeds.generated";

export type Urgency = "bad" | "warn";

/** Something that waits for a person: what, why, where to go. */
export interface Need {
  key: string;
  kind: "alert" | "budget" | "conflict" | "files" | "session";
  urgency: Urgency;
  title: string;
  detail: string;
  at: string | null;
  project: { id: string; name: string } | null;
  session?: string;
}

const LOOKED_BACK_MS = 7 * 24 * 3600 * 1000;

const nodes = <Node>(connection: { readonly edges: readonly { readonly node: Node }[] } | undefined): Node[] =>
  connection?.edges.map((edge) => edge.node) ?? [];

export const ofAlerts = (data: FiringAlertsQuery | undefined): Need[] =>
  nodes(data?.alerts)
    .filter((alert) => !alert.silencedUntil)
    .map((alert) => ({
      key: alert.id,
      kind: "alert",
      urgency: alert.severity === "CRITICAL" ? "bad" : "warn",
      title: `Alert: ${alert.rule}`,
      detail: alert.summary,
      at: alert.since,
      project: alert.project,
    }));

export const ofBudgets = (answers: readonly (AskingBudgetsQuery | undefined)[]): Need[] =>
  answers
    .flatMap((each) => nodes(each?.budgets))
    .filter((budget) => budget.asks && !budget.removedAt)
    .map((budget) => ({
      key: budget.id,
      kind: "budget",
      urgency: "bad",
      title: "A budget is used up and asks",
      detail: `It covers ${budget.persona ?? budget.covers.toLowerCase().replace("everything", budget.project ? "all of the project" : "all projects")}. What it covers stands still until you answer.`,
      at: budget.asks?.since ?? null,
      project: budget.project,
    }));

export function ofProjects(answers: readonly (ProjectNeedsQuery | undefined)[]): Need[] {
  return answers.flatMap((answer) => {
    const project = answer?.project;
    if (!project) return [];
    const { conflicts, state, error, nextStep, failedAt } = project.taskSync;
    const needs: Need[] = [];
    if (conflicts > 0)
      needs.push({
        key: `conflicts ${project.id}`,
        kind: "conflict",
        urgency: "warn",
        title: `${counted(conflicts, "conflict")} of tasks`,
        detail: "File and log were both changed. Say which holds.",
        at: null,
        project,
      });
    if (state === "FAILING")
      needs.push({
        key: `files ${project.id}`,
        kind: "files",
        urgency: "bad",
        title: "Task files are not in step",
        detail: [error, nextStep].filter(Boolean).join(" "),
        at: failedAt,
        project,
      });
    return needs;
  });
}

/** Sessions that broke lately: older ones are history. */
export const ofSessions = (sessions: readonly HomeSessionFragment[], now: number): Need[] =>
  sessions
    .filter((session) => now - Date.parse(session.endedAt ?? session.openedAt) < LOOKED_BACK_MS)
    .map((session) => ({
      key: session.id,
      kind: "session",
      urgency: "bad",
      title: `${session.title || "A session"} ${session.state === "LOST" ? "was lost" : "could not be opened"}`,
      detail: [session.reason, session.nextStep].filter(Boolean).join(" "),
      at: session.endedAt,
      project: session.project,
      session: session.id,
    }));

const RANK: Record<Urgency, number> = { bad: 0, warn: 1 };

/** The worst first, of those the newest. */
export const sorted = (needs: readonly Need[]): Need[] =>
  needs.toSorted(
    (one, other) => RANK[one.urgency] - RANK[other.urgency] || (other.at ?? "").localeCompare(one.at ?? ""),
  );
