import { Button, Text } from "@mantine/core";
import { useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { visibleText } from "@/shared/text/visible";
import { Confirm } from "@/shared/ui/Confirm";

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
      {asking && (
        <Confirm
          title={`Retire ${name}?`}
          yes="Retire"
          running={running}
          fault={fault}
          onYes={() => void retire()}
          onClose={() => setAsking(false)}
        >
          <Text size="sm">No session can be opened with it any more. Those that are open keep it.</Text>
        </Confirm>
      )}
    </>
  );
}
