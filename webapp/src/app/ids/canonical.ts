import { globalId, suffixOf, uuidIn, uuidOf } from "@/shared/text/ids";

import { alertIds, budgetIds, commandIds, endingWith, type Pages, reportIds, sessionIds } from "./lookups";
import { type Name, type Named, NAMES, TYPES } from "./names";

/**
 * The UUIDs that are meant: by a global id, a UUID in another spelling, or the end of one. Undefined: no or no single one.
 * Without a project it is an address of the server's.
 */
export async function canonical(
  named: Named,
  projectId: string | undefined,
  find = endingWith,
): Promise<Named | undefined> {
  const uuids: Named = {};
  for (const name of NAMES) {
    const text = named[name];
    if (text === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop -- a command is looked for in its session
    uuids[name] = await uuidFor(text, TYPES[name], pagesOf(name, projectId, uuids.session), find);
    if (!uuids[name]) return undefined;
  }
  return uuids;
}

function pagesOf(name: Name, projectId: string | undefined, session: string | undefined): Pages {
  switch (name) {
    case "session":
      return sessionIds(projectId);
    case "command":
      return commandIds(globalId("Session", session ?? ""));
    case "report":
      return reportIds(projectId);
    case "budget":
      return budgetIds(projectId);
    case "alert":
      return alertIds(projectId);
  }
}

async function uuidFor(text: string, type: string, pages: Pages, find: typeof endingWith): Promise<string | undefined> {
  const whole = uuidIn(text, type);
  if (whole) return whole;
  const suffix = suffixOf(text);
  const found = suffix ? await find(suffix, pages) : [];
  return found.length === 1 ? uuidOf(found[0] ?? "") : undefined;
}
