import { useHotkeys } from "@mantine/hooks";
import { useSyncExternalStore } from "react";

import { useGoKeys } from "./useGoKeys";
import { useLater } from "./useLater";

let open = false;
const listeners = new Set<() => void>();

function show(next: boolean): void {
  open = next;
  for (const each of listeners) each();
}

export const openKeyboardHelp = (): void => show(true);

const listen = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const load = () => import("./KeyboardDialog");

/** All keys, on `?`. */
export function KeyboardHelp() {
  const opened = useSyncExternalStore(listen, () => open);
  const goes = useGoKeys();
  useHotkeys([["shift + ?", () => show(true)]]);
  const later = useLater(load, opened);
  const more = goes.map((each) => ({ keys: ["g", each.key], does: `Go to ${each.label}` }));
  return later ? <later.KeyboardDialog opened={opened} more={more} onClose={() => show(false)} /> : null;
}
