import { useComputedColorScheme } from "@mantine/core";
import { type RefObject, useEffect, useEffectEvent, useState } from "react";

import type { Powers } from "./guard";
import { Screen, type Size } from "./screen";

interface UseScreenOptions extends Powers {
  size: Size;
  piped: boolean;
  follow: (address: URL) => void;
}

/** A terminal in an element, for as long as that is there. Undefined at first. */
export function useScreen(element: RefObject<HTMLElement | null>, options: UseScreenOptions): Screen | undefined {
  const scheme = useComputedColorScheme("light");
  const [screen, setScreen] = useState<Screen>();
  const answers = useEffectEvent(() => options.answers());
  const modes = useEffectEvent(() => options.modes());
  const follow = useEffectEvent((address: URL) => options.follow(address));
  const make = useEffectEvent(() => new Screen({ ...options, scheme, answers, modes, follow }));
  useEffect(() => {
    if (!element.current) return undefined;
    const made = make();
    made.open(element.current);
    setScreen(made);
    return () => {
      setScreen(undefined);
      made.dispose();
    };
  }, [element]);
  useEffect(() => screen?.paint(scheme), [screen, scheme]);
  return screen;
}
