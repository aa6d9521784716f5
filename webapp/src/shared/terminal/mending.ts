import type { Terminal } from "@xterm/xterm";

interface Inside {
  _inputHandler: { eraseInDisplay: (params: { params: number[] }, respectProtect: boolean) => boolean };
  buffers: { alt: { lines: { length: number; maxLength: number } } };
}

const ABOVE = 1;
const ALL = 2;

/** Mends what xterm.js 6.0 does in another way than terminals do. To be called before anything is written. */
export function mend(terminal: Terminal): void {
  mendErasing(terminal);
  mendSecondScreen(terminal);
}

/**
 * Erases above the end of the last row, which is all of the screen, as all of the screen. xterm.js 6.0 throws there until
 * something has scrolled, and takes nothing that is written from then on.
 */
function mendErasing(terminal: Terminal): void {
  const erase = (parameters: (number | number[])[], respectProtect: boolean) => {
    const { cursorX, cursorY } = terminal.buffer.active;
    if (parameters[0] !== ABOVE || cursorX < terminal.cols - 1 || cursorY < terminal.rows - 1) return false;
    const { _inputHandler } = insideOf(terminal);
    return _inputHandler.eraseInDisplay({ params: [ALL] }, respectProtect);
  };
  terminal.parser.registerCsiHandler({ final: "J" }, (parameters) => erase(parameters, false));
  terminal.parser.registerCsiHandler({ prefix: "?", final: "J" }, (parameters) => erase(parameters, true));
}

/**
 * Keeps nothing that has scrolled off the second screen. While that one is not shown, xterm.js 6.0 leaves it room for the
 * rows that a terminal had before it became lower.
 */
function mendSecondScreen(terminal: Terminal): void {
  terminal.onResize(({ rows }) => {
    const { lines } = insideOf(terminal).buffers.alt;
    if (lines.length === 0) lines.maxLength = rows;
  });
}

const insideOf = (terminal: Terminal): Inside => (terminal as unknown as { _core: Inside })._core;
