import { Button, Group, Modal, ScrollArea, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";

import { SafeText } from "./SafeText";

interface AskProps {
  title: string;
  /** What others wrote, which is shown as it is. */
  shown: string;
  explained: string;
  yes: string;
  onYes: () => void;
  onClose: () => void;
}

/** Asks before something is done with a text that others may have written; who typed goes on typing afterwards. */
export function Ask({ title, shown, explained, yes, onYes, onClose }: AskProps) {
  const [before] = useState(() => document.activeElement);
  useEffect(() => () => (before instanceof HTMLElement ? before.focus() : undefined), [before]);
  const confirm = () => {
    onClose();
    onYes();
  };
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack gap="sm">
        <Text size="sm">{explained}</Text>
        <ScrollArea.Autosize mah={240} tabIndex={0} className="mono">
          <Text size="sm" component="pre" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", margin: 0 }}>
            <SafeText text={shown} />
          </Text>
        </ScrollArea.Autosize>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={confirm} data-autofocus>
            {yes}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
