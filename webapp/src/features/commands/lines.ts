/** A line of plain output. */
export interface Line {
  /** Counts up from the first that was ever printed. */
  number: number;
  text: string;
  /** Printed to standard error. */
  error: boolean;
}

const MOST_LINES = 50_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** A longer line is shown in pieces. */
const LONGEST = 2000;
// oxlint-disable-next-line no-control-regex -- what a terminal would obey, which a text does not
const STEERING = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-~])/g;
// oxlint-disable-next-line no-control-regex -- one that goes on in the next chunk, as may the end of a line
const UNFINISHED = /\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]{0,4000}\u001b?|[ -/]*)$|\r+$/;

/** Output as lines of text, without what steers a terminal. The last of it is kept, and how much is gone is known. */
export class Lines {
  /** Lines that are not kept any more. */
  gone = 0;
  /** The number of the line that was marked. */
  marked: number | undefined;
  private readonly kept: Line[] = [];
  private readonly decoders = { true: new TextDecoder(), false: new TextDecoder() };
  private open: Line | undefined;
  private rest = "";
  private characters = 0;
  private next = 1;
  private marking = false;

  get length(): number {
    return this.kept.length;
  }

  at(index: number): Line | undefined {
    return this.kept[index];
  }

  /** The numbers of the lines that hold a text, whatever its case. */
  found(text: string): number[] {
    const wanted = text.toLowerCase();
    return wanted ? this.kept.flatMap((line, at) => (line.text.toLowerCase().includes(wanted) ? [at] : [])) : [];
  }

  print(data: Uint8Array, error: boolean): void {
    const all = this.rest + this.decoders[`${error}`].decode(data, { stream: true });
    const cut = UNFINISHED.exec(all)?.index ?? all.length;
    this.rest = all.slice(cut);
    const parts = all.slice(0, cut).replaceAll(STEERING, "").split(/\r*\n/);
    for (const [index, part] of parts.entries()) {
      const ends = index < parts.length - 1;
      if (part || ends) this.add(part, error);
      if (ends) this.open = undefined;
    }
    this.forget();
  }

  /** Marks the line in which what is printed next stands. */
  markNext(): void {
    this.marking = true;
  }

  /** A line of ours, not of the program's. */
  note(text: string): void {
    this.open = undefined;
    this.add(text, true);
    this.open = undefined;
  }

  private add(part: string, error: boolean): void {
    // what a carriage return goes back over is printed over
    let text = part.includes("\r") ? part.slice(part.replace(/\r+$/, "").lastIndexOf("\r") + 1) : part;
    if (this.open?.error !== error) this.open = undefined;
    if (part.includes("\r") && this.open) this.rewrite(this.open, "");
    do {
      if (this.open && this.open.text.length >= LONGEST) this.open = undefined;
      this.open ??= this.begin(error);
      const room = LONGEST - this.open.text.length;
      this.rewrite(this.open, this.open.text + text.slice(0, room));
      if (this.marking) this.marked = this.open.number;
      this.marking = false;
      text = text.slice(room);
    } while (text);
  }

  private begin(error: boolean): Line {
    const line = { number: this.next++, text: "", error };
    this.kept.push(line);
    return line;
  }

  private rewrite(line: Line, text: string): void {
    this.characters += text.length - line.text.length;
    line.text = text;
  }

  private forget(): void {
    let many = Math.max(0, this.kept.length - MOST_LINES);
    let freed = this.kept.slice(0, many).reduce((sum, line) => sum + line.text.length, 0);
    while (this.characters - freed > MOST_CHARACTERS && many < this.kept.length - 1)
      freed += this.kept[many++]?.text.length ?? 0;
    this.kept.splice(0, many);
    this.characters -= freed;
    this.gone += many;
  }
}
