import { Button, Group, Modal, Stack } from "@mantine/core";
import type { PropsWithChildren } from "react";

import type { Fault } from "@/shared/graphql/faults";

import { Failure } from "./Failure";

interface ConfirmProps {
  title: string;
  /** What is done, in a word or two. */
  yes: string;
  /** It ends something. */
  ends?: boolean;
  running: boolean;
  fault: Fault | undefined;
  onYes: () => void;
  onClose: () => void;
}

/** Asks before something is done, and says what follows from it. */
export function Confirm({
  title,
  yes,
  ends,
  running,
  fault,
  onYes,
  onClose,
  children,
}: PropsWithChildren<ConfirmProps>) {
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack gap="sm">
        {children}
        {fault && <Failure fault={fault} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            color={ends ? "red.9" : undefined}
            loading={running}
            onClick={onYes}
            data-autofocus={!ends || undefined}
          >
            {yes}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
