import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { visibleText } from "@/shared/text/visible";
import { Failure } from "@/shared/ui/Failure";

import { RetirePersonaDocument } from "../api/RetirePersona.generated";

export function RetirePersona({ persona }: { persona: { id: string; name: string } }) {
  const [asking, setAsking] = useState(false);
  const { run, running, fault } = useDone(RetirePersonaDocument);
  const name = visibleText(persona.name);
  const retire = async () => {
    if (await run({ input: { personaId: persona.id } })) setAsking(false);
  };
  return (
    <>
      <Button variant="default" size="compact-xs" aria-label={`Retire ${name}`} onClick={() => setAsking(true)}>
        Retire
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Retire ${name}?`}>
        <Stack gap="sm">
          <Text size="sm">No session can be opened with it any more. Those that are open keep it.</Text>
          {fault && <Failure fault={fault} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setAsking(false)}>
              Cancel
            </Button>
            <Button loading={running} onClick={() => void retire()}>
              Retire
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
