/** Global ids are base64 of `Type:uuid`; addresses in the browser hold the uuid alone. */
export function globalId(type: string, uuid: string): string {
  return btoa(`${type}:${uuid}`);
}

function split(id: string): [string, string] | undefined {
  try {
    const [type, uuid] = atob(id).split(":");
    return type && uuid ? [type, uuid] : undefined;
  } catch {
    return undefined;
  }
}

/** Of a global id; anything else is given back as it is. */
export const uuidOf = (id: string): string => split(id)?.[1] ?? id;

export const typeOf = (id: string): string | undefined => split(id)?.[0];

/** As `qd` shows it: the end, in which ids that were made one after the other differ. */
export const shortId = (id: string): string => uuidOf(id).slice(-8);
