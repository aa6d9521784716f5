import { Button, Group, Modal, Stack, Text } from "@mantine/core";

/** Where what differs is still marked in a text that is to be saved. */
export function AskMarks({ onSave, onClose }: { onSave: () => void; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="The marks of what differs are still in it">
      <Stack gap="sm">
        <Text size="sm">Between them are your lines, what you started from, and what the session has.</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onSave}>
            Save with the marks
          </Button>
          <Button onClick={onClose} data-autofocus>
            Go on editing
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
