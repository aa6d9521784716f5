import { Modal } from "@mantine/core";
import { getHotkeyHandler, useHotkeys } from "@mantine/hooks";
import { useSyncExternalStore } from "react";

import { KeyTable } from "@/shared/keyboard/KeyTable";
import { shortcuts } from "@/shared/keyboard/shortcuts";

import { useGoKeys } from "./useGoKeys";

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

/** All keys, on `?`. */
export function KeyboardHelp() {
  const opened = useSyncExternalStore(listen, () => open);
  const goes = useGoKeys();
  useHotkeys([["shift + ?", () => show(true)]]);
  return (
    <Modal
      opened={opened}
      onClose={() => show(false)}
      title="Keyboard"
      onKeyDown={getHotkeyHandler([["Escape", () => show(false)]])}
    >
      <KeyTable
        keys={[...shortcuts, ...goes.map((each) => ({ keys: ["g", each.key], does: `Go to ${each.label}` }))]}
      />
    </Modal>
  );
}
