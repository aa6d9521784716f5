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

const HEX = /^[0-9a-f]+$/;
const UUID_DIGITS = 32;
/** Of an id's end, so that it is not any word. */
const FEWEST = 4;

const digitsOf = (text: string): string => text.toLowerCase().replaceAll("-", "");

/** The UUID that a text means where an id of this type is wanted: a UUID, however it is written, or a global id. */
export function uuidIn(text: string, type: string): string | undefined {
  const kind = typeOf(text);
  if (kind && kind !== type) return undefined;
  const digits = digitsOf(uuidOf(text));
  if (digits.length !== UUID_DIGITS || !HEX.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The digits of a short id: the end of a UUID. */
export function suffixOf(text: string): string | undefined {
  const digits = digitsOf(text);
  return digits.length >= FEWEST && digits.length < UUID_DIGITS && HEX.test(digits) ? digits : undefined;
}

export const endsWith = (id: string, suffix: string): boolean => digitsOf(uuidOf(id)).endsWith(suffix);
