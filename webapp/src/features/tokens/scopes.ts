/** What each scope lets a token do, in the order in which they are offered. One of a later server explains itself. */
export const SCOPES: Record<string, string> = {
  "project:read": "See projects, their settings and personas",
  "project:write": "Add projects, and change their settings and personas",
  "session:read": "See sessions, commands, their output and files, and workers",
  "session:write": "Open, pause, fork and close sessions, run commands, and change files",
  "task:read": "See tasks",
  "task:write": "Create, change, claim and start tasks",
  "event:read": "Read the log",
  "usage:read": "See usage and cost",
  "usage:write": "Record what models took, and set prices",
  "budget:read": "See budgets",
  "budget:write": "Set and answer budgets, and reserve from them",
  "alert:read": "See alerts and their rules",
  "alert:write": "Set rules and silences, and acknowledge alerts",
  "report:read": "See reports",
  "report:write": "Set up and send reports",
  "token:read": "See your tokens",
  "token:write": "Issue and revoke your tokens",
  "metrics:read": "Read the metrics for Prometheus",
  "log:erase": "Erase from the log, for good. Only a token that names it may",
};

export const explained = (scope: string): string => SCOPES[scope] ?? "Of a later release";

/** Those that are offered to somebody: their own. */
export const offered = (own: readonly string[]): string[] => {
  const order = Object.keys(SCOPES);
  const rank = (scope: string) => (order.includes(scope) ? order.indexOf(scope) : order.length);
  return own.toSorted((a, b) => rank(a) - rank(b));
};

/** That only read. */
export const reading = (scopes: readonly string[]): string[] => scopes.filter((scope) => scope.endsWith(":read"));
