import { Button, Group, Modal, type ModalProps, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { Failure } from "@/shared/ui/Failure";

interface DialogueProps {
  title: string;
  /** On the button that does it. */
  does: string;
  size?: ModalProps["size"];
  disabled?: boolean;
  running?: boolean;
  fault?: Fault | undefined;
  color?: string;
  /** Beside the buttons. */
  more?: ReactNode;
  onSend: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Asks for what something needs, and says why it was refused. */
export function Dialogue(props: DialogueProps) {
  const { title, does, size, disabled, running, fault, color, more, onSend, onClose, children } = props;
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSend();
  };
  return (
    <Modal opened onClose={onClose} title={title} size={size}>
      <form onSubmit={send}>
        <Stack gap="sm">
          {children}
          {fault && <Failure fault={fault} />}
          <Group justify="flex-end" gap="xs">
            {more}
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color={color} loading={running} disabled={disabled}>
              {does}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
