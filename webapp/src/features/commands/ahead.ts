/** What keys that print nothing are to a program, before it has asked for other ones. */
const BYTES: Readonly<Record<string, string>> = {
  Enter: "\r",
  Tab: "\t",
  Backspace: "\x7f",
  Escape: "\x1b",
};
/** A terminal that has not come by then will not come. */
const WAITS_MS = 10_000;

/** What is typed for a terminal that is about to be shown. */
interface Ahead {
  /** Names the command that it is for. */
  isFor: (commandId: string) => void;
  /** There will be no terminal. */
  end: () => void;
}

let waiting: { text: string; commandId?: string; end: () => void } | undefined;

/**
 * From here on, what is typed is kept until `takeAhead`, and is nobody's shortcut. A click ends that, for then something
 * else is meant. Keys with Ctrl and the like stay the page's.
 */
export function typeAhead(): Ahead {
  waiting?.end();
  const began: NonNullable<typeof waiting> = { text: "", end };
  const over = new AbortController();
  const pressed = (event: KeyboardEvent) => {
    const bytes = event.key.length === 1 ? event.key : BYTES[event.key];
    // AltGr, with which many keyboards type braces, may look like Ctrl and Alt
    const modified = event.metaKey || ((event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph"));
    if (modified || event.isComposing || bytes === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    began.text += bytes;
  };
  const late = setTimeout(end, WAITS_MS);
  addEventListener("keydown", pressed, { capture: true, signal: over.signal });
  addEventListener("pointerdown", end, { capture: true, signal: over.signal });
  waiting = began;
  return { isFor: (commandId) => void (began.commandId = commandId), end };

  function end(): void {
    clearTimeout(late);
    over.abort();
    if (waiting === began) waiting = undefined;
  }
}

/** What was typed for this command's terminal since `typeAhead`; what is typed next goes its ordinary way. */
export function takeAhead(commandId: string): string {
  if (waiting?.commandId !== commandId) return "";
  const { text, end } = waiting;
  end();
  return text;
}
