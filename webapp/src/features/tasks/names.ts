import type { TaskGrouping, TaskStatus } from "@/shared/graphql/schema.generated";
import type { StatusLook } from "@/shared/ui/Status";

import type { ColumnKey } from "./board/columns";
import { looks } from "./looks";
import { spoken } from "./terms";

/** As `qd task board` calls it. */
export function columnName(key: ColumnKey, grouping: TaskGrouping): string {
  if (key === null) return grouping === "OWNER" ? "nobody" : "no label";
  return grouping === "STATUS" ? spoken(key) : key;
}

export const lookOf = (key: ColumnKey, grouping: TaskGrouping): StatusLook | undefined =>
  grouping === "STATUS" ? looks[key?.toUpperCase() as TaskStatus] : undefined;
