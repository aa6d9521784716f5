import type { ProjectSettingsInput } from "@/shared/graphql/schema.generated";

import type { ProjectWholeFragment } from "./api/ProjectWhole.generated";

export type Settings = ProjectWholeFragment["settings"];
type Value = string | number | boolean | null | undefined;

interface Rule {
  readonly host: string;
  readonly port: number;
}

/** One setting of a form. `path` says where it is, in what is read and in what is written alike. */
export interface SettingField {
  path: string;
  label: string;
  about: string;
  kind: "number" | "text" | "switch" | { readonly choices: readonly (readonly [string, string])[] };
  /** What holds where nothing is given: then it may be left empty. */
  empty?: string;
  /** Shown in this unit: the number that is kept is so many times as large. */
  unit?: { name: string; size: number };
}

export interface SettingGroup {
  title: string;
  fields: readonly SettingField[];
}

const MIB = { name: "MiB", size: 1024 * 1024 };
const HOST = "the worker's default";
const limit = (name: string, label: string, about: string, unit?: SettingField["unit"]): SettingField => ({
  path: `limits.${name}`,
  label,
  about,
  kind: "number",
  empty: HOST,
  unit,
});

/** Of each session, from a project or a persona. */
export const limitFields: readonly SettingField[] = [
  limit("cpus", "Processors", "May be a part of one"),
  limit("memoryBytes", "Memory", "Of all its processes", MIB),
  limit("processes", "Processes", "At once"),
  limit("openFiles", "Open files", "Of one process"),
  limit("fileBytes", "File", "The largest one", MIB),
  limit("workspaceBytes", "Workspace", "What it changed", MIB),
  limit("workspaceFiles", "Files of the workspace", "That it made or changed"),
  limit("temporaryBytes", "Temporary files", "In /tmp", MIB),
  limit("outputBytes", "Output", "Of one command", MIB),
  limit("wallSeconds", "Time", "After which it is closed", { name: "s", size: 1 }),
  limit("idleSeconds", "Idle time", "Without a command", { name: "s", size: 1 }),
];

export const groups: readonly SettingGroup[] = [
  {
    title: "Sessions and commands",
    fields: [
      { path: "maxSessions", label: "Open sessions", about: "At once; what exceeds it waits", kind: "number" },
      {
        path: "maxSessionsPerUser",
        label: "Open sessions of one user",
        about: "Of these",
        kind: "number",
        empty: "as many as the project may have",
      },
      { path: "maxCommandsPerSession", label: "Commands of one session", about: "That run at once", kind: "number" },
      {
        path: "commandTimeoutSeconds",
        label: "Time of a command",
        about: "After which it is ended",
        kind: "number",
        unit: { name: "s", size: 1 },
      },
      {
        path: "whenIdle",
        label: "When idle",
        about: "What happens to a session after its idle time",
        kind: {
          choices: [
            ["pause", "Pause it"],
            ["close", "Close it"],
          ],
        },
      },
      {
        path: "taskAtClose",
        label: "Its task at the close",
        about: "What the task becomes when its session is closed",
        kind: {
          choices: [
            ["none", "Stays as it is"],
            ["in_review", "In review"],
            ["done", "Done"],
          ],
        },
      },
    ],
  },
  {
    title: "Jail",
    fields: [
      {
        path: "jailDriver",
        label: "Kind",
        about: "What keeps sessions apart from the host",
        kind: {
          choices: [
            ["auto", "Chosen by the worker"],
            ["bubblewrap", "bubblewrap"],
            ["docker", "Docker"],
          ],
        },
      },
      { path: "image", label: "Image", about: "Docker: its name", kind: "text" },
      {
        path: "dockerfile",
        label: "Dockerfile",
        about: "Docker: its path in the repository, instead of an image",
        kind: "text",
      },
      { path: "runtime", label: "Runtime", about: "Docker: another one, such as runsc", kind: "text" },
      {
        path: "strictLimits",
        label: "Strict",
        about: "No session where the host cannot keep one of its limits",
        kind: "switch",
      },
    ],
  },
  {
    title: "Limits of each session",
    fields: limitFields,
  },
  {
    title: "Snapshots",
    fields: [
      {
        path: "snapshotBytes",
        label: "Room",
        about: "For all snapshots that are kept",
        kind: "number",
        empty: "as the workers keep for each",
        unit: MIB,
      },
      { path: "keepIgnored", label: "Ignored files", about: "Snapshots hold what git ignores too", kind: "switch" },
    ],
  },
  {
    title: "Task files",
    fields: [
      {
        path: "taskFiles.enabled",
        label: "In step",
        about: "Files of the repository and the tasks here",
        kind: "switch",
      },
      {
        path: "taskFiles.branch",
        label: "Branch",
        about: "That is watched and written",
        kind: "text",
        empty: "the default branch",
      },
      {
        path: "taskFiles.section",
        label: "Heading",
        about: "That new tasks go below",
        kind: "text",
        empty: "after all others",
      },
      {
        path: "taskFiles.conflicts",
        label: "Conflicts",
        about: "What holds where both were changed",
        kind: {
          choices: [
            ["ASK", "Somebody decides"],
            ["FILE", "The file"],
            ["LOG", "What is here"],
          ],
        },
      },
      { path: "taskFiles.botName", label: "Name in commits", about: "Whose they are", kind: "text" },
      { path: "taskFiles.botMail", label: "Address in commits", about: "The same", kind: "text" },
    ],
  },
];

/** What is at a path of one or two names. */
export function valueAt(settings: object, path: string): Value {
  let found: unknown = settings;
  for (const name of path.split(".")) found = (found as Record<string, unknown> | undefined)?.[name];
  return found as Value;
}

export const toLines = {
  network: ({ network }: { network: readonly Rule[] }): string =>
    network.map(({ host, port }) => (port === 443 ? host : `${host}:${port}`)).join("\n"),
  paths: (settings: Settings): string => settings.taskFiles.paths.join("\n"),
};

const lines = (text: string): string[] => text.split("\n").flatMap((line) => line.trim() || []);

/** Of a list of places, one in each line. */
export const rulesIn = (text: string): Rule[] => lines(text).map(rule);

function rule(line: string): Rule {
  const [, host = line, port] = /^(.*):(\d+)$/u.exec(line) ?? [];
  return { host, port: port ? Number(port) : 443 };
}

/** What was changed, as it is sent: what is left out stays as it is. Limits are sent whole, as they are one setting. */
export function changed(
  before: Settings,
  values: ReadonlyMap<string, Value>,
  texts: { network: string; paths: string },
): ProjectSettingsInput {
  const input: Record<string, unknown> = {};
  for (const [path, value] of values) {
    if (value === valueAt(before, path)) continue;
    const [first = "", second] = path.split(".");
    if (!second) input[first] = value;
    else if (first === "limits") input.limits = { ...(input.limits ?? before.limits), [second]: value };
    else input[first] = { ...(input[first] as object | undefined), [second]: value };
  }
  if (texts.network !== toLines.network(before)) input.network = rulesIn(texts.network);
  if (texts.paths !== toLines.paths(before))
    input.taskFiles = { ...(input.taskFiles as object | undefined), paths: lines(texts.paths) };
  return input;
}
