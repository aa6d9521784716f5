import { useState } from "react";

import type { DiffLayout } from "./rows";

/** How this browser's user likes diffs. */
interface Taste {
  layout: DiffLayout;
  wrap: boolean;
}

const NAME = "qd-diff";

function read(): Taste {
  let kept: Partial<Taste> | null = null;
  try {
    kept = JSON.parse(localStorage.getItem(NAME) ?? "null") as Partial<Taste> | null;
  } catch {
    // it is not ours, or storage is off: the usual
  }
  return { layout: kept?.layout === "unified" ? "unified" : "split", wrap: kept?.wrap !== false };
}

export function useTaste(): [Taste, (part: Partial<Taste>) => void] {
  const [taste, setTaste] = useState(read);
  const like = (part: Partial<Taste>) => {
    const next = { ...taste, ...part };
    setTaste(next);
    try {
      localStorage.setItem(NAME, JSON.stringify(next));
    } catch {
      // storage is off: until the page is left
    }
  };
  return [taste, like];
}
