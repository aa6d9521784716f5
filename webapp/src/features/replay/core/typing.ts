import { type Frame, isPrinted } from "./transcript";

/** What was typed at once. */
export type Typed =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "key"; readonly text: string }
  /** Not what it was: the terminal did not show it. */
  | { readonly is: "hidden" };

/** Characters between two keys. */
interface Stretch {
  text: string;
  /** When each of its characters was typed, in UTF-16 units. */
  readonly times: number[];
  /** How much of it the terminal has just shown, one after the other. */
  matched: number;
  shown: boolean;
  entered: boolean;
}

interface Key {
  readonly timeUs: number;
  readonly text: string;
}

type Entry = Stretch | Key;

const MOST_ENTRIES = 2000;
const LONGEST = 4096;
// what steers a terminal, and what a terminal says by itself
// oxlint-disable-next-line no-control-regex
const SEQUENCE = /^\u001b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[\]P_^X][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -~])/;
// oxlint-disable-next-line no-control-regex
const SEQUENCES = new RegExp(SEQUENCE.source.slice(1), "g");
/** Where a line that is typed goes on in the next row. */
const WRAPPED = / \r(?!\n)/g;
const KEYS: Readonly<Record<string, string>> = {
  "\r": "⏎",
  "\n": "⏎",
  "\t": "⇥",
  "\u007f": "⌫",
  "\b": "⌫",
  "\u001b": "Esc",
  "\u001b[A": "↑",
  "\u001b[B": "↓",
  "\u001b[C": "→",
  "\u001b[D": "←",
  "\u001bOA": "↑",
  "\u001bOB": "↓",
  "\u001bOC": "→",
  "\u001bOD": "←",
  "\u001b[H": "Home",
  "\u001b[F": "End",
  "\u001b[3~": "Del",
  "\u001b[5~": "PgUp",
  "\u001b[6~": "PgDn",
};
const ENTER = "⏎";

/** As `^C`. */
const controlOf = (character: string): string | undefined =>
  character < " " ? `^${String.fromCharCode(character.charCodeAt(0) + 64)}` : undefined;

const isText = (entry: Entry): entry is Stretch => "times" in entry;

/**
 * What was typed into a terminal, of a command's frames. A record has all of it, passwords too. Characters are told only
 * where the terminal showed all those between two keys, one after the other, before the line they were typed into was
 * over: nothing is told that is not on the screen as well.
 */
export class Typing {
  private entries: Entry[] = [];
  /** Whose characters may still be shown, as they were typed. */
  private pending: Stretch[] = [];
  private open: Stretch | undefined;
  private readonly typed = new TextDecoder();
  private readonly printed = new TextDecoder();
  private seenUs = -1;
  private seenOffset = 0;

  /** The next frame, or one that was taken before. */
  take(frame: Frame): void {
    if (frame.kind === "INPUT") this.input(frame);
    else if (isPrinted(frame)) this.output(frame);
  }

  /** The last of what was typed until then. */
  until(timeUs: number, most: number): Typed[] {
    const found: Typed[] = [];
    for (let at = this.entries.length - 1; at >= 0 && found.length < most; at -= 1) {
      const told = toldOf(this.entries[at] as Entry, timeUs, this.open);
      if (told && !(told.is === "hidden" && found.at(-1)?.is === "hidden")) found.push(told);
    }
    return found.toReversed();
  }

  private input({ timeUs, data }: Frame): void {
    if (timeUs <= this.seenUs) return;
    this.seenUs = timeUs;
    let rest = this.typed.decode(data, { stream: true });
    while (rest) {
      const sequence = SEQUENCE.exec(rest)?.[0];
      const one = sequence ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
      rest = rest.slice(one.length);
      const key = KEYS[one] ?? (sequence ? undefined : controlOf(one));
      if (key) this.key(timeUs, key);
      else if (!sequence) this.character(timeUs, one);
    }
    this.entries = this.entries.slice(-MOST_ENTRIES);
    this.pending = this.pending.slice(-MOST_ENTRIES);
  }

  private key(timeUs: number, text: string): void {
    if (text === ENTER) {
      const line = this.open ?? stretch();
      line.entered = true;
      if (!this.open) this.pending.push(line);
    }
    this.open = undefined;
    this.entries.push({ timeUs, text });
  }

  private character(timeUs: number, text: string): void {
    if (!this.open || this.open.text.length >= LONGEST) {
      this.open = stretch();
      this.entries.push(this.open);
      this.pending.push(this.open);
    }
    this.open.text += text;
    this.open.shown = false;
    for (let unit = 0; unit < text.length; unit += 1) this.open.times.push(timeUs);
  }

  private output({ offset, data }: Frame): void {
    const fresh = data.subarray(Math.max(0, this.seenOffset - offset));
    if (fresh.length === 0) return;
    this.seenOffset = offset + data.length;
    const text = this.printed.decode(fresh, { stream: true });
    if (this.pending.length === 0) return;
    for (const unit of text.replaceAll(SEQUENCES, "").replaceAll(WRAPPED, "").split("")) {
      if (unit === "\n") this.lineOver();
      else if (unit >= " ") this.show(unit);
      if (this.pending.length === 0) return;
    }
  }

  private show(unit: string): void {
    const next = this.pending.find((each) => !each.shown && each.text);
    if (!next) return;
    const { text, matched } = next;
    next.matched = text[matched] === unit ? matched + 1 : text[0] === unit ? 1 : 0;
    next.shown = next.matched === text.length;
  }

  /** What was not shown until now will not be. */
  private lineOver(): void {
    const entered = this.pending.findIndex((each) => each.entered);
    if (entered >= 0) this.pending.splice(0, entered + 1);
  }
}

const stretch = (): Stretch => ({ text: "", times: [], matched: 0, shown: false, entered: false });

function toldOf(entry: Entry, timeUs: number, open: Stretch | undefined): Typed | undefined {
  if (!isText(entry)) return entry.timeUs <= timeUs ? { is: "key", text: entry.text } : undefined;
  const typed = entry.times.filter((each) => each <= timeUs).length;
  // it may become a word that is not shown
  if (typed === 0 || entry === open) return undefined;
  return entry.shown ? { is: "text", text: entry.text.slice(0, typed) } : { is: "hidden" };
}
