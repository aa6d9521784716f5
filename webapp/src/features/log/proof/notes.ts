import { concat, fromHex, type Head, toHex } from "./chain";

/**
 * Signed notes and the keys that sign them, as C2SP's `signed-note` lays them down: a text, an empty line, and
 * `— NAME BASE64(KEY_HASH ‖ SIGNATURE)`. A key is written `NAME+HEX(KEY_HASH)+BASE64(0x01 ‖ PUBLIC_KEY)`.
 */
export interface Key {
  readonly name: string;
  /** Its hash in hex: what it is called in short. */
  readonly id: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly written: string;
}

export interface Checkpoint {
  /** Of the log. */
  readonly name: string;
  readonly number: number;
  readonly head: Head;
  readonly signedAt: string;
}

const ED25519 = 1;
const HASH_BYTES = 4;
const utf8 = new TextEncoder();

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.codePointAt(0) ?? 0);

/** Raises an Error for what is no key, or a damaged one. */
export async function keyOf(written: string): Promise<Key> {
  const [name = "", id = "", ...rest] = written.trim().split("+");
  const content = fromBase64(rest.join("+"));
  const publicKey = content.slice(1);
  if (!name || content[0] !== ED25519 || publicKey.length !== 32) throw new Error("This is no Ed25519 key.");
  const named = concat([utf8.encode(`${name}\n`), content]);
  const hash = toHex(await crypto.subtle.digest("SHA-256", named)).slice(0, HASH_BYTES * 2);
  if (hash !== id) throw new Error(`The key is damaged: its hash is ${hash}, not ${id}.`);
  return { name, id, publicKey, written: written.trim() };
}

interface Signature {
  name: string;
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
}

function split(note: string): [text: string, signatures: Signature[]] {
  const at = note.lastIndexOf("\n\n");
  if (at < 0) throw new Error("This is no signed note.");
  const lines = note
    .slice(at + 2)
    .split("\n")
    .filter(Boolean);
  return [note.slice(0, at + 1), lines.map(signature)];
}

function signature(line: string): Signature {
  const [dash, name = "", encoded = ""] = line.split(" ");
  if (dash !== "—" || !encoded) throw new Error("A signature line of the note is malformed.");
  const content = fromBase64(encoded);
  return { name, id: toHex(content.slice(0, HASH_BYTES)), bytes: content.slice(HASH_BYTES) };
}

/** The text of a note, if one of these keys has signed it. */
export async function open(note: string, keys: readonly Key[]): Promise<{ text: string; key: Key } | undefined> {
  const [text, signatures] = split(note);
  for (const each of signatures) {
    const key = keys.find((known) => known.name === each.name && known.id === each.id);
    if (key && (await signed(key, each.bytes, text))) return { text, key };
  }
  return undefined;
}

async function signed(key: Key, bytes: Uint8Array<ArrayBuffer>, text: string): Promise<boolean> {
  const imported = await crypto.subtle.importKey("raw", key.publicKey, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, bytes, utf8.encode(text));
}

/** What a note says, whoever signed it. */
export function checkpointIn(note: string): Checkpoint {
  const [name = "", position, digest = "", number = "", time = ""] = split(note)[0].split("\n");
  const checkpoint = {
    name,
    number: Number(number.replace("number ", "")),
    head: { position: Number(position), digest: toHex(fromBase64(digest)) },
    signedAt: time.replace("time ", ""),
  };
  if (!Number.isSafeInteger(checkpoint.head.position) || !Number.isSafeInteger(checkpoint.number))
    throw new Error("The note is no checkpoint of a log.");
  return checkpoint;
}

/** Whether this browser can check signatures here: only on pages over TLS, or of this very machine. */
export async function canCheck(): Promise<boolean> {
  try {
    await crypto.subtle.importKey("raw", fromHex("00".repeat(32)).slice(), "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}
