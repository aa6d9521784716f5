import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

/** Asks before a page is left with something on it that is not saved. */
export function Leaving({ dirty, onKeep, onDiscard }: { dirty: boolean; onKeep: () => void; onDiscard: () => void }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: () => dirty,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  const keep = () => {
    onKeep();
    proceed();
  };
  const discard = () => {
    proceed();
    onDiscard();
  };
  return (
    <Modal opened onClose={reset} title="Your change is not saved">
      <Stack gap="sm">
        <Text size="sm">It can be kept in this tab until you come back to the file.</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" color="red" onClick={discard}>
            Discard it
          </Button>
          <Button variant="default" onClick={keep}>
            Leave, and keep it
          </Button>
          <Button onClick={reset} data-autofocus>
            Stay
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
