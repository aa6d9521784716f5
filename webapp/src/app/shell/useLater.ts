import { useEffect, useState } from "react";

/** Also where the browser has no such callback, and where it always has something to do. */
const LATEST_MS = 2000;

function whenIdle(run: () => void): () => void {
  if (!("requestIdleCallback" in globalThis)) {
    const timer = setTimeout(run, LATEST_MS);
    return () => clearTimeout(timer);
  }
  const idle = requestIdleCallback(run, { timeout: LATEST_MS });
  return () => cancelIdleCallback(idle);
}

/**
 * A part of the frame that a page can be drawn without: it comes once that is done, or at once where it is wanted.
 * Undefined until it is here. That it does not come is an error only for who wants it.
 */
export function useLater<Part>(load: () => Promise<Part>, wanted: boolean): Part | undefined {
  const [part, setPart] = useState<{ is: Part }>();
  const [error, setError] = useState<{ is: unknown }>();
  useEffect(() => {
    if (part) return undefined;
    let here = true;
    const get = () =>
      void load().then(
        (is) => here && setPart({ is }),
        (is: unknown) => here && wanted && setError({ is }),
      );
    const forget = wanted ? undefined : whenIdle(get);
    if (wanted) get();
    return () => {
      here = false;
      forget?.();
    };
  }, [load, part, wanted]);
  if (error) throw error.is;
  return part?.is;
}
