import { Button, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { visibleText } from "@/shared/text/visible";
import { Failure } from "@/shared/ui/Failure";

import { CheckWorkerDocument } from "../api/CheckWorker.generated";
import type { FindingRowFragment } from "../api/FindingRow.generated";
import { FindingsTable } from "./Findings";

/** Has a worker compare the log with its host, and shows what that found. */
export function CheckWorker({ worker }: { worker: { id: string; alive: boolean } }) {
  const { run, running, fault, clear } = useDone(CheckWorkerDocument);
  const [found, setFound] = useState<readonly FindingRowFragment[]>();
  const check = async () => setFound((await run({ input: { workerId: worker.id } }))?.findings);
  const close = () => {
    clear();
    setFound(undefined);
  };
  const name = visibleText(worker.id);
  return (
    <>
      <Button
        variant="default"
        size="compact-xs"
        loading={running}
        disabled={!worker.alive}
        aria-label={`Check ${name}`}
        onClick={() => void check()}
      >
        Check
      </Button>
      <Modal opened={found !== undefined || fault !== undefined} onClose={close} title={`Worker ${name}`} size="xl">
        <Stack gap="sm">
          {fault && <Failure fault={fault} />}
          {found?.length === 0 && (
            <Text size="sm">Its jails, workspaces and processes are exactly those that the log has.</Text>
          )}
          {found && found.length > 0 && <FindingsTable rows={found} />}
        </Stack>
      </Modal>
    </>
  );
}
