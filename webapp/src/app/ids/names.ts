import { uuidIn } from "@/shared/text/ids";

/** What of an address is an id, by its name in the route. */
export interface Named {
  session?: string;
  command?: string;
  report?: string;
  budget?: string;
  alert?: string;
}

export const TYPES = {
  session: "Session",
  command: "Command",
  report: "Report",
  budget: "Budget",
  alert: "Alert",
} as const;
export type Name = keyof typeof TYPES;
export const NAMES = Object.keys(TYPES) as readonly Name[];

/** Whether all ids of an address stand in it as they should: as UUIDs. */
export const isCanonical = (named: Named): boolean =>
  NAMES.every((name) => named[name] === undefined || uuidIn(named[name], TYPES[name]) === named[name]);

/** The address with other things in the place of the ids and, where it is below `/p/PROJECT`, of the project's name. */
export function withIds(path: string, project: [string, string] | undefined, named: Named, uuids: Named): string {
  const instead = new Map(NAMES.flatMap((each) => (named[each] && uuids[each] ? [[named[each], uuids[each]]] : [])));
  const ids = project ? 3 : 2;
  return path
    .split("/")
    .map((part, at) => {
      const text = decodeURIComponent(part);
      if (project && at === 2 && text === project[0]) return encodeURIComponent(project[1]);
      return at >= ids ? (instead.get(text) ?? part) : part;
    })
    .join("/");
}
