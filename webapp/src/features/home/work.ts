import type { HomeCommandFragment } from "./api/HomeCommand.generated";
import type { HomeSessionFragment } from "./api/HomeSession.generated";
import type { HomeSessionsQuery } from "./api/HomeSessions.generated";

type Session = HomeSessionsQuery["open"]["edges"][number]["node"];

export interface CommandIn {
  command: HomeCommandFragment;
  session: HomeSessionFragment;
}

export interface RunningSession {
  session: HomeSessionFragment;
  /** That runs now, or did last. */
  command: HomeCommandFragment | undefined;
}

const commandsOf = (session: Session): HomeCommandFragment[] => session.commands.edges.map((edge) => edge.node);

const inSessions = (sessions: readonly Session[]): CommandIn[] =>
  sessions.flatMap((session) => commandsOf(session).map((command) => ({ command, session })));

const MOST_RECENT = 8;

/** Sessions at work, those that run a command first. */
export function running(data: HomeSessionsQuery): RunningSession[] {
  const sessions = data.open.edges.map((edge) => edge.node).filter((session) => session.state !== "QUEUED");
  const all = sessions.map((session) => {
    const commands = commandsOf(session);
    return { session, command: commands.findLast((each) => each.state === "RUNNING") ?? commands.at(-1) };
  });
  return all.toSorted((one, other) => Number(isRunning(other)) - Number(isRunning(one)));
}

export const isRunning = ({ command }: RunningSession): boolean => command?.state === "RUNNING";

export interface Waiting {
  key: string;
  session: HomeSessionFragment;
  what: string;
  place: { readonly position: number; readonly reason: string } | null;
}

/** What waits for room, in order. */
export function waiting(data: HomeSessionsQuery): Waiting[] {
  const sessions = data.open.edges.map((edge) => edge.node);
  const queued = sessions
    .filter((session) => session.state === "QUEUED")
    .map((session) => ({ key: session.id, session, what: session.title || "A session", place: session.queue }));
  const commands = inSessions(sessions)
    .filter(({ command }) => command.state === "QUEUED")
    .map(({ command, session }) => ({ key: command.id, session, what: command.text, place: command.queue }));
  return [...queued, ...commands].toSorted((one, other) => (one.place?.position ?? 0) - (other.place?.position ?? 0));
}

/** Commands that ended, the last first, each once. */
export function finished(data: HomeSessionsQuery): CommandIn[] {
  const sessions = [...data.open.edges, ...data.recent.edges].map((edge) => edge.node);
  const once = new Map(inSessions(sessions).map((each) => [each.command.id, each]));
  return [...once.values()]
    .filter(({ command }) => command.endedAt)
    .toSorted((one, other) => (other.command.endedAt ?? "").localeCompare(one.command.endedAt ?? ""))
    .slice(0, MOST_RECENT);
}
