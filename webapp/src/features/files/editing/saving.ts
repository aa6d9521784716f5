import type { Fault } from "@/shared/graphql/faults";

/** A file's text; null where there is none. */
export type Known = string | null;

/** What a write says to have seen, and what came of it. */
export type Write = (text: string, base: Known) => Promise<{ tree: string } | { fault: Fault }>;

export interface Conflict {
  mine: string;
  base: Known;
  theirs: Known;
}

export type Saved =
  | { is: "saved"; tree: string }
  /** It had that already: an answer was lost on its way. */
  | { is: "there" }
  | { is: "conflict"; conflict: Conflict }
  | { is: "refused"; fault: Fault };

interface Asked {
  mine: string;
  base: Known;
  /** What was sent before: it may have arrived although nothing was heard of it. */
  tried: string | undefined;
}

/** Nothing is overwritten that the writer has not seen: the server compares, and what it has is told. */
export async function save(write: Write, newest: () => Promise<Known>, asked: Asked): Promise<Saved> {
  const { mine, base, tried } = asked;
  const answer = await write(mine, base);
  if ("tree" in answer) return { is: "saved", tree: answer.tree };
  if (answer.fault.code !== "CONFLICT") return { is: "refused", fault: answer.fault };
  const theirs = await newest();
  if (theirs === mine) return { is: "there" };
  // something else is in the way: the session is closing, or a link is there
  if (theirs === base) return { is: "refused", fault: answer.fault };
  if (theirs !== null && theirs === tried) return save(write, newest, { mine, base: theirs, tried: undefined });
  return { is: "conflict", conflict: { mine, base, theirs } };
}

/** In what way a file is not what it was, in the words of `qd edit`. */
export function howItDiffers({ base, theirs }: Conflict): string {
  const size = (text: string) => `${new TextEncoder().encode(text).length.toLocaleString("en")} bytes`;
  if (theirs === null) return "it is gone";
  if (base === null) return `it is there now, with ${size(theirs)}`;
  return `it has ${size(theirs)} instead of ${size(base)}`;
}
