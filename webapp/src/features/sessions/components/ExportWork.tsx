import { Anchor, Button, Code, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";

import type { ExportFormat } from "@/shared/graphql/schema.generated";
import { useDone } from "@/shared/graphql/useDone";
import { counted } from "@/shared/text/counts";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";

import { ExportWorkspaceDocument, type ExportWorkspaceMutation } from "../api/ExportWorkspace.generated";

type Made = Extract<ExportWorkspaceMutation["exportWorkspace"], { readonly __typename: "ExportWorkspacePayload" }>;

const FORMATS: readonly { value: ExportFormat; label: string; description: string }[] = [
  { value: "BRANCH", label: "A branch", description: "in the project's repository" },
  { value: "PATCH", label: "A patch", description: "that applies to what the session started from" },
  { value: "TAR", label: "An archive", description: "of all files" },
];

/** Takes a session's work out: its files as they are kept last. */
export function ExportWork({ sessionId, onClose }: { sessionId: string; onClose: () => void }) {
  const { run, running, fault } = useDone(ExportWorkspaceDocument);
  const [format, setFormat] = useState<ExportFormat>("BRANCH");
  const [made, setMade] = useState<Made>();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setMade(await run({ input: { sessionId, format } }));
  };
  return (
    <Modal opened onClose={onClose} title="Export its work">
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="sm">
          <Radio.Group
            aria-label="As what"
            value={format}
            onChange={(next) => {
              setFormat(next as ExportFormat);
              setMade(undefined);
            }}
          >
            <Stack gap="xs">
              {FORMATS.map((each) => (
                <Radio key={each.value} {...each} />
              ))}
            </Stack>
          </Radio.Group>
          {made && <Export made={made} />}
          {fault && <Failure fault={fault} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {made ? "Done" : "Cancel"}
            </Button>
            {!made && (
              <Button type="submit" loading={running}>
                Export
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Export({ made }: { made: Made }) {
  return (
    <Stack gap={4} role="status">
      {made.branch && (
        <Text size="sm">
          It is on the branch{" "}
          <Code>
            <SafeText text={made.branch} />
          </Code>
          {made.commit && `, commit ${made.commit.slice(0, 12)}`}.
        </Text>
      )}
      {made.download && (
        <Anchor href={made.download} size="sm" download>
          Download it
        </Anchor>
      )}
      {made.snapshot.skippedTotal > 0 && (
        <Text size="sm" c="var(--qd-warn)">
          {counted(made.snapshot.skippedTotal, "file")} is not in it.
        </Text>
      )}
    </Stack>
  );
}
