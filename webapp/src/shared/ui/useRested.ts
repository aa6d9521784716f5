import { type PointerEvent, useEffect, useRef, useState } from "react";

/** As the theme's tooltips wait. */
const REST_MS = 300;

/** Whether a mouse has come to rest on something, once it has; and what that something takes as its handlers. */
export function useRested() {
  const [rested, setRested] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    rested,
    onPointerEnter: (event: PointerEvent) => {
      if (!rested && event.pointerType === "mouse") timer.current = setTimeout(() => setRested(true), REST_MS);
    },
    onPointerLeave: () => clearTimeout(timer.current),
  };
}
