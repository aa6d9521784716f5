import { Modal } from "@mantine/core";
import { getHotkeyHandler, useMounted } from "@mantine/hooks";

import { KeyTable } from "@/shared/keyboard/KeyTable";
import { type Shortcut, shortcuts } from "@/shared/keyboard/shortcuts";

interface KeyboardDialogProps {
  opened: boolean;
  /** Beside those that hold everywhere. */
  more: readonly Shortcut[];
  onClose: () => void;
}

export function KeyboardDialog({ opened, more, onClose }: KeyboardDialogProps) {
  const here = useMounted(); // it gives the focus back if it sees itself open, and not if it begins so
  return (
    <Modal
      opened={here && opened}
      onClose={onClose}
      title="Keyboard"
      onKeyDown={getHotkeyHandler([["Escape", onClose]])}
    >
      <KeyTable keys={[...shortcuts, ...more]} />
    </Modal>
  );
}
