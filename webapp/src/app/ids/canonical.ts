import { globalId, suffixOf, uuidIn, uuidOf } from "@/shared/text/ids";

import { endingWith, type Within } from "./lookups";
import { type Named, NAMES, TYPES } from "./names";

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
    const sessionId = uuids.session && globalId("Session", uuids.session);
    // oxlint-disable-next-line no-await-in-loop -- a command is looked for in its session
    uuids[name] = await uuidFor(text, TYPES[name], { projectId, sessionId }, find);
    if (!uuids[name]) return undefined;
  }
  return uuids;
}

async function uuidFor(
  text: string,
  type: string,
  within: Within,
  find: typeof endingWith,
): Promise<string | undefined> {
  const whole = uuidIn(text, type);
  if (whole) return whole;
  const suffix = suffixOf(text);
  const found = suffix ? await find(suffix, type, within) : [];
  return found.length === 1 ? uuidOf(found[0] ?? "") : undefined;
}
