import { globalId, suffixOf, uuidIn, uuidOf } from "@/shared/text/ids";

import { commandIds, endingWith, type Pages, reportIds, sessionIds } from "./lookups";

/** What of an address is an id, by its name in the route. */
export interface Named {
  session?: string;
  command?: string;
  report?: string;
}

const TYPES = { session: "Session", command: "Command", report: "Report" } as const;
const NAMES = ["session", "command", "report"] as const;

/** Whether all ids of an address stand in it as they should: as UUIDs. */
export const isCanonical = (named: Named): boolean =>
  NAMES.every((name) => named[name] === undefined || uuidIn(named[name], TYPES[name]) === named[name]);

/** The UUIDs that are meant: by a global id, a UUID in another spelling, or the end of one. Undefined: no or no single one. */
export async function canonical(named: Named, projectId: string, find = endingWith): Promise<Named | undefined> {
  const session = named.session && (await uuidFor(named.session, "Session", sessionIds(projectId), find));
  if (named.session && !session) return undefined;
  const within = session ? commandIds(globalId("Session", session)) : undefined;
  const command = named.command && within && (await uuidFor(named.command, "Command", within, find));
  const report = named.report && (await uuidFor(named.report, "Report", reportIds(projectId), find));
  if ((named.command && !command) || (named.report && !report)) return undefined;
  return { session, command, report };
}

async function uuidFor(text: string, type: string, pages: Pages, find: typeof endingWith): Promise<string | undefined> {
  const whole = uuidIn(text, type);
  if (whole) return whole;
  const suffix = suffixOf(text);
  const found = suffix ? await find(suffix, pages) : [];
  return found.length === 1 ? uuidOf(found[0] ?? "") : undefined;
}

/** The address below `/p/PROJECT` with other things in the place of the project's name and the ids. */
export function withIds(path: string, [name, slug]: [string, string], named: Named, uuids: Named): string {
  const instead = new Map(NAMES.flatMap((each) => (named[each] && uuids[each] ? [[named[each], uuids[each]]] : [])));
  return path
    .split("/")
    .map((part, at) => {
      const text = decodeURIComponent(part);
      if (at === 2 && text === name) return encodeURIComponent(slug);
      return at > 2 ? (instead.get(text) ?? part) : part;
    })
    .join("/");
}
