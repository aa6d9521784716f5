import { type Checkpoint, checkpointIn, type Key, keyOf, open } from "./notes";

/** A key as the server tells it, with the note by which the key before vouches for it. */
export interface ToldKey {
  readonly key: string;
  readonly endorsement?: string | null;
}

export type Trust =
  /** No key was ever confirmed in this browser. */
  | { is: "first"; signer: Key }
  /** By the key that was confirmed, or one that it vouches for. */
  | { is: "trusted"; signer: Key; vouchedBy: Key | undefined }
  /** By a key that nothing confirms: the log may be another one, or somebody else's. */
  | { is: "changed"; signer: Key; pinned: string }
  /** No key that the server names has signed it. */
  | { is: "unsigned" };

export interface Signed {
  readonly checkpoint: Checkpoint;
  readonly trust: Trust;
}

/** Who signed a checkpoint, in the eyes of somebody who confirmed the key `pinned`. Raises an Error where it is none. */
export async function judge(note: string, told: readonly ToldKey[], pinned: string | undefined): Promise<Signed> {
  const keys = await Promise.all(told.map((each) => keyOf(each.key)));
  const opened = await open(note, keys);
  const checkpoint = checkpointIn(note);
  if (!opened) return { checkpoint, trust: { is: "unsigned" } };
  const signer = opened.key;
  if (pinned === undefined) return { checkpoint, trust: { is: "first", signer } };
  const believed = await believedBy(pinned, told, keys);
  const trust: Trust = believed.some((key) => key.written === signer.written)
    ? { is: "trusted", signer, vouchedBy: signer.written === pinned ? undefined : believed[0] }
    : { is: "changed", signer, pinned };
  return { checkpoint, trust };
}

/** The pinned key, and whatever it and those after it vouch for. */
async function believedBy(pinned: string, told: readonly ToldKey[], keys: readonly Key[]): Promise<Key[]> {
  const believed = [await keyOf(pinned)];
  for (const [index, key] of keys.entries()) {
    const endorsement = told[index]?.endorsement;
    if (!endorsement || believed.some((each) => each.written === key.written)) continue;
    const vouched = await open(endorsement, believed).catch(() => undefined);
    if (vouched?.text === `${key.written}\n`) believed.push(key);
  }
  return believed;
}
