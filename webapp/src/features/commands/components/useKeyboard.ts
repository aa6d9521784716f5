import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";

import type { Screen } from "@/shared/terminal/screen";

import { takeAhead } from "../ahead";
import { useTyping } from "../useTyping";

const text = new TextEncoder();
/** Who typed a key less than this before does not mean the page. */
const CALM_MS = 1000;

/**
 * Keys go to the command while `typing`, as soon as it is `running`, and to the page otherwise: where it ends under
 * somebody's hands, once nothing is typed any more. Several lines that are pasted wait to be confirmed, where the program
 * has not asked for marked pastes.
 */
export function useKeyboard(
  screen: Screen | undefined,
  element: RefObject<HTMLElement | null>,
  commandId: string,
  { typing, running }: { typing: boolean; running: boolean },
  say: (text: string) => void,
  find: () => void,
) {
  const line = useTyping(commandId, say);
  const [pasting, setPasting] = useState<string>();
  useEffect(() => {
    if (running) line.begin();
  }, [line, running]);
  const lastKey = useRef(-CALM_MS);
  const key = useEffectEvent((event: KeyboardEvent) => {
    lastKey.current = event.timeStamp;
    if (event.ctrlKey && event.shiftKey && event.code === "KeyF") {
      if (event.type === "keydown") find();
      return false;
    }
    if (event.ctrlKey && event.key === "c" && screen?.terminal.hasSelection()) return false;
    if (event.ctrlKey && event.key === "]") {
      screen?.terminal.blur();
      return false;
    }
    return typing;
  });
  useEffect(() => {
    if (!screen) return undefined;
    screen.terminal.attachCustomKeyEventHandler(key);
    screen.takeKeys(typing);
    if (!typing) return undefined;
    screen.terminal.focus();
    line.typed(text.encode(takeAhead(commandId)));
    const keys = [
      screen.terminal.onData((data) => line.typed(text.encode(data))),
      screen.terminal.onBinary((data) => line.typed(Uint8Array.from(data, (each) => each.charCodeAt(0)))),
    ];
    return () => keys.forEach((each) => each.dispose());
  }, [screen, typing, line, commandId]);
  useEffect(() => {
    if (!screen || typing) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = () => {
      const left = lastKey.current + CALM_MS - performance.now();
      if (left > 0) timer = setTimeout(leave, left);
      else screen.terminal.blur();
    };
    leave();
    return () => clearTimeout(timer);
  }, [screen, typing]);
  useEffect(() => {
    const around = element.current;
    const pasted = (event: ClipboardEvent) => {
      const data = event.clipboardData?.getData("text/plain") ?? "";
      if (!typing || screen?.terminal.modes.bracketedPasteMode || !/[\r\n]./s.test(data)) return;
      event.preventDefault();
      event.stopPropagation();
      setPasting(data);
    };
    around?.addEventListener("paste", pasted, true);
    return () => around?.removeEventListener("paste", pasted, true);
  }, [element, screen, typing]);
  const paste = () => {
    if (pasting !== undefined) screen?.terminal.paste(pasting);
  };
  return { pasting, paste, drop: () => setPasting(undefined) };
}
