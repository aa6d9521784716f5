/**
 * Text that anybody may have written, in pieces: what can be read, and what could make a reader see something else
 * (controls, marks that turn the direction of text, spaces that have no width, tags).
 */
export interface Piece {
  text: string;
  /** The character's name as it is shown, such as `U+202E`. */
  hidden: boolean;
}

const JOINERS = "\\u200d\\ufe0e\\ufe0f";
const UNSEEN = `[[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]--[\\t\\n${JOINERS}]]`;
/** What joins the parts of an emoji is seen by what it does. */
const STRAY = `(?<!\\p{Emoji}\\ufe0f?)[${JOINERS}]`;
const HIDDEN = new RegExp(`^(?:${UNSEEN}|[${JOINERS}])$`, "v");
const RUNS = new RegExp(`(${UNSEEN}|${STRAY})`, "v");

const PICTURED = 0x20;

function named(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < PICTURED) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

export function visible(text: string): Piece[] {
  return text
    .split(RUNS)
    .filter(Boolean)
    .map((part) => (HIDDEN.test(part) ? { text: named(part), hidden: true } : { text: part, hidden: false }));
}

/** The same as one string, for titles and labels. */
export const visibleText = (text: string): string =>
  visible(text)
    .map((piece) => piece.text)
    .join("");
