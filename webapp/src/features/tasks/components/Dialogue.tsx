import { Modal, type ModalProps, Stack } from "@mantine/core";
import type { ComponentProps, FormEvent } from "react";

import { FormFoot } from "@/shared/ui/FormFoot";

interface DialogueProps extends Omit<ComponentProps<typeof FormFoot>, "close"> {
  title: string;
  /** On the button that does it. */
  does: string;
  size?: ModalProps["size"];
  onSend: () => void;
  onClose: () => void;
}

/** Asks for what something needs, and says why it was refused. */
export function Dialogue(props: DialogueProps) {
  const { title, does, size, onSend, onClose, children, ...foot } = props;
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSend();
  };
  return (
    <Modal opened onClose={onClose} title={title} size={size}>
      <form onSubmit={send}>
        <Stack gap="sm">
          {children}
          <FormFoot {...foot} close={onClose}>
            {does}
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
