import type { Terminal } from "@xterm/xterm";

interface Inside {
  _inputHandler: { eraseInDisplay: (params: { params: number[] }, respectProtect: boolean) => boolean };
}

const ABOVE = 1;
const ALL = 2;

/**
 * Erases above the end of the last row, which is all of the screen, as all of the screen. xterm.js 6.0 throws there until
 * something has scrolled, and takes nothing that is written from then on.
 */
export function mendErasing(terminal: Terminal): void {
  const erase = (parameters: (number | number[])[], respectProtect: boolean) => {
    const { cursorX, cursorY } = terminal.buffer.active;
    if (parameters[0] !== ABOVE || cursorX < terminal.cols - 1 || cursorY < terminal.rows - 1) return false;
    const { _inputHandler } = (terminal as unknown as { _core: Inside })._core;
    return _inputHandler.eraseInDisplay({ params: [ALL] }, respectProtect);
  };
  terminal.parser.registerCsiHandler({ final: "J" }, (parameters) => erase(parameters, false));
  terminal.parser.registerCsiHandler({ prefix: "?", final: "J" }, (parameters) => erase(parameters, true));
}
