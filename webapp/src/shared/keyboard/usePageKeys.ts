import { useEffect, useEffectEvent } from "react";

import { isTyping } from "./typing";

/** After `g` a letter goes to a page: see the frame's keys. */
const GO_MS = 1500;

/** Keys of one page, without Ctrl and the like. What is done with a key that has been handled here ends here. */
export function usePageKeys(keys: Readonly<Record<string, () => void>>): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const does = keys[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
  useEffect(() => {
    let gone = -GO_MS;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.timeStamp - gone >= GO_MS) press(event);
      gone = event.key === "g" ? event.timeStamp : -GO_MS;
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}
