import type { IBuffer, IBufferCell, IBufferLine } from "@xterm/xterm";

/** Colours and looks of a cell, or of what is printed next; as xterm has them, which its public types do not say. */
export type Pen = Pick<
  IBufferCell,
  | "getFgColor"
  | "getBgColor"
  | "isFgRGB"
  | "isFgPalette"
  | "isBgRGB"
  | "isBgPalette"
  | "isBold"
  | "isDim"
  | "isItalic"
  | "isUnderline"
  | "isBlink"
  | "isInverse"
  | "isInvisible"
  | "isStrikethrough"
  | "isOverline"
> & { fg: number; bg: number };
type Cell = IBufferCell & Pen;

const LOOKS = [
  ["isBold", 1],
  ["isDim", 2],
  ["isItalic", 3],
  ["isUnderline", 4],
  ["isBlink", 5],
  ["isInverse", 7],
  ["isInvisible", 8],
  ["isStrikethrough", 9],
  ["isOverline", 53],
] as const;
export const PLAIN = "\u001b[m";

export const isPlain = ({ fg, bg }: Pick<Pen, "fg" | "bg">): boolean => fg === 0 && bg === 0;

/** What makes a terminal print so. */
export function penText(pen: Pen): string {
  if (isPlain(pen)) return PLAIN;
  const looks = LOOKS.flatMap(([is, code]) => (pen[is]() ? [code] : []));
  const ink = colour(38, pen.fg, pen.getFgColor(), pen.isFgRGB(), pen.isFgPalette());
  const ground = colour(48, pen.bg, pen.getBgColor(), pen.isBgRGB(), pen.isBgPalette());
  return `\u001b[0;${[...looks, ...ink, ...ground].join(";")}m`;
}

const MODE = 0x3000000;
/** One of the sixteen colours that have names, which codes of their own choose. */
const NAMED = 0x1000000;

function colour(kind: number, attributes: number, value: number, isRgb: boolean, isPalette: boolean): number[] {
  if (isRgb) return [kind, 2, (value >> 16) & 255, (value >> 8) & 255, value & 255];
  if ((attributes & MODE) === NAMED) return [kind - 8 + value + (value < 8 ? 0 : 52)];
  return isPalette ? [kind, 5, value] : [];
}

/**
 * All cells of a screen and of what scrolled off it, as text that prints them into an empty one of the same size. Not
 * xterm's own serializer, which loses cells that were erased in a colour and lines that were broken before a wide one.
 */
export function cellsText(buffer: IBuffer, columns: number): string {
  const cell = buffer.getNullCell() as Cell;
  const page = new Print();
  for (let index = 0; index < buffer.length; index++) {
    const line = buffer.getLine(index);
    if (!line) continue;
    const end = contentEnd(line, columns, cell);
    for (let x = 0; x < end; x++) {
      line.getCell(x, cell);
      if (cell.getWidth() > 0) page.put(cell, cell.getChars() || " ");
    }
    line.getCell(columns - 1, cell);
    // a line that went on from the one before took its colour as it began
    if (end < columns && (cell.bg !== 0 || line.isWrapped)) page.put(cell.bg === 0 ? NOTHING : cell, "\u001b[K");
    page.dress(NOTHING);
    if (index < buffer.length - 1 && !(end === columns && goesOn(buffer.getLine(index + 1), cell))) page.text += "\r\n";
  }
  return page.text;
}

const NOTHING = { fg: 0, bg: 0 };

/** Text that is printed in colours. */
class Print {
  text = "";
  private pen = NOTHING;

  put(pen: Pen | typeof NOTHING, text: string): void {
    this.dress(pen);
    this.text += text;
  }

  dress(pen: Pen | typeof NOTHING): void {
    if (pen.fg === this.pen.fg && pen.bg === this.pen.bg) return;
    this.text += "isBold" in pen ? penText(pen) : PLAIN;
    this.pen = { fg: pen.fg, bg: pen.bg };
  }
}

/** Where a line's tail begins that is empty, and of one colour. */
function contentEnd(line: IBufferLine, columns: number, cell: Cell): number {
  line.getCell(columns - 1, cell);
  const { fg, bg } = cell;
  if (fg !== 0 && cell.isInverse()) return columns;
  let end = columns;
  for (; end > 0; end--) {
    line.getCell(end - 1, cell);
    if (cell.getChars() || cell.getWidth() !== 1 || cell.bg !== bg || (cell.fg !== 0 && cell.isInverse())) break;
  }
  return end;
}

/** Whether a line is the rest of a full one before it, and printing on makes it so. */
function goesOn(next: IBufferLine | undefined, cell: Cell): boolean {
  if (!next?.isWrapped) return false;
  next.getCell(0, cell);
  return cell.getChars() !== "";
}

/** Whether both have the same cells in the same lines, which go on in the same places. */
export function sameCells(one: IBuffer, other: IBuffer): boolean {
  if (one.length !== other.length) return false;
  const cells: [Cell, Cell] = [one.getNullCell() as Cell, other.getNullCell() as Cell];
  for (let index = 0; index < one.length; index++)
    if (!sameLine(one.getLine(index), other.getLine(index), cells)) return false;
  return true;
}

function sameLine(one: IBufferLine | undefined, other: IBufferLine | undefined, [here, there]: [Cell, Cell]): boolean {
  if (!one || !other || one.isWrapped !== other.isWrapped || one.length !== other.length) return false;
  let isTail = true;
  for (let x = one.length - 1; x >= 0; x--) {
    one.getCell(x, here);
    other.getCell(x, there);
    // before others an empty one is like a space; after the last, spaces go on in a line of their own when it narrows
    if (isTail && here.getChars() !== there.getChars()) return false;
    isTail &&= here.getChars() === "";
    if (!sameCell(here, there)) return false;
  }
  return true;
}

/** But for links and kinds of underlines, which are not kept. */
const sameCell = (one: Cell, other: Cell): boolean =>
  one.getWidth() === other.getWidth() &&
  (one.getChars() || " ") === (other.getChars() || " ") &&
  (one.bg & ~EXTENDED) === (other.bg & ~EXTENDED) &&
  (one.fg === other.fg || !(one.getChars() || one.isInverse() || other.isInverse()));

const EXTENDED = 0x10000000;
