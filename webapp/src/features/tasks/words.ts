import type { TaskField, TaskFileField } from "@/shared/graphql/schema.generated";
import { counted, whole } from "@/shared/text/counts";
import { taskNumberIn } from "@/shared/text/references";

import { estimateIn, minutes, PRIORITIES, spoken, STATUSES } from "./terms";

type Field = TaskField | TaskFileField;

interface ToldWork {
  session: string;
  how: string;
  files: number | null;
  lines_added: number | null;
  lines_removed: number | null;
  commands: number;
  failed: number;
}

/** What a field is or became, as `qd task history` tells it. `json`: as the API has it. */
export function told(field: Field, json: string): string {
  const value: unknown = JSON.parse(json);
  if (value === null) return field === "OWNER" ? "nobody" : "none";
  switch (field) {
    case "ESTIMATE":
      return minutes(Number(value)) || "none";
    case "DEPENDENCIES":
      return (value as number[]).map((each) => `T-${each}`).join(", ") || "none";
    case "LABELS":
    case "ACCEPTANCE":
      return (value as string[]).join(field === "LABELS" ? ", " : "\n") || "none";
    case "CLAIM":
      return `number ${String(value)}`;
    case "CONFLICT": {
      const conflict = value as { field: string | null; resolved?: string };
      const how = conflict.resolved === undefined ? "found" : `resolved: ${conflict.resolved}`;
      return `${conflict.field ?? "the task itself"} ${how}`;
    }
    case "LINK":
    case "UNLINK": {
      const link = value as { kind: string; target: string };
      return `${link.kind} ${link.target}`;
    }
    case "WORK": {
      const work = value as ToldWork;
      const session = work.session.replaceAll("-", "").slice(-8);
      return `session ${session} ${work.how}: ${changed(work.files, work.lines_added, work.lines_removed)}, ${ran(work.commands, work.failed)}`;
    }
    case "STATUS":
    case "PRIORITY":
      return spoken(String(value));
    default:
      return String(value) || "none";
  }
}

/** As `+120 -14 in 6 files`. */
export function changed(files: number | null, added: number | null, removed: number | null): string {
  if (files === null) return "no files";
  if (files === 0) return "no change";
  const many = counted(files, "file");
  return added === null || removed === null ? `${many} changed` : `+${whole(added)} -${whole(removed)} in ${many}`;
}

/** As `12 commands, 1 failed`. */
export const ran = (count: number, failed: number): string =>
  count === 0 ? "no commands" : `${counted(count, "command")}${failed ? `, ${whole(failed)} failed` : ""}`;

const words = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);

/** What somebody wrote for a field, as JSON text; undefined where the field cannot have that. */
export function meant(field: TaskFileField, text: string): string | undefined {
  const value = valueOf(field, text);
  return value === undefined ? undefined : JSON.stringify(value);
}

function valueOf(field: TaskFileField, text: string): unknown {
  const word = text.trim().toLowerCase().replaceAll(/[- ]/g, "_").toUpperCase();
  switch (field) {
    case "LABELS":
      return words(text);
    case "ACCEPTANCE":
      return text
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
    case "DEPENDENCIES": {
      const numbers = words(text).map(taskNumberIn);
      return numbers.includes(undefined) ? undefined : numbers;
    }
    case "ESTIMATE":
      return estimateIn(text);
    case "OWNER":
      return ["", "NOBODY"].includes(word) ? null : text.trim();
    case "STATUS":
      return STATUSES.find((each) => each === word)?.toLowerCase();
    case "PRIORITY":
      return PRIORITIES.find((each) => each === word)?.toLowerCase();
    default:
      return text;
  }
}

/** What is first in a field that somebody writes another value for. */
export function draftFor(field: TaskFileField, json: string): string {
  const value = told(field, json);
  return (value === "none" && field !== "TITLE") || value === "nobody" ? "" : value;
}
