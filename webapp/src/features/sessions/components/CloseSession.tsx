import { Button, Code, Group, List, Modal, Stack, Text } from "@mantine/core";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { counted } from "@/shared/text/counts";
import { shortId } from "@/shared/text/ids";
import { Failure } from "@/shared/ui/Failure";
import { Skeletons } from "@/shared/ui/Skeletons";

import { CloseSessionDocument } from "../api/CloseSession.generated";
import { SessionKeptDocument } from "../api/SessionKept.generated";

interface CloseSessionProps {
  sessionId: string;
  onExport: () => void;
  onClose: () => void;
}

/** Says what will be kept of a session and what will end, before it is closed. */
export function CloseSession({ sessionId, onExport, onClose }: CloseSessionProps) {
  const { run, running, fault } = useDone(CloseSessionDocument);
  const close = async () => {
    if (await run({ input: { sessionId } })) onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Close this session?">
      <Stack gap="sm">
        <Kept sessionId={sessionId} />
        <Text size="sm">
          Its jail goes. Once more its files are kept as they are, for good:{" "}
          <Code>qd workspace export {shortId(sessionId)}</Code> gives them at any time, and you can fork it.
        </Text>
        {fault && <Failure fault={fault} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="subtle" onClick={onExport}>
            Export its work first
          </Button>
          <Button variant="default" onClick={onClose}>
            Keep it open
          </Button>
          <Button color="red" loading={running} onClick={() => void close()}>
            Close it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Kept({ sessionId }: { sessionId: string }) {
  const { data, waiting } = useAsked({
    query: SessionKeptDocument,
    variables: { id: sessionId },
    context: UNCACHED,
  });
  if (waiting) return <Skeletons lines={2} height={18} />;
  const { diff, commands } = data?.session ?? {};
  const running = commands?.edges.filter(({ node }) => node.state === "RUNNING" || node.state === "QUEUED").length ?? 0;
  return (
    <List size="sm">
      {diff && (
        <List.Item>
          {diff.totalFiles === 0 ? "No file was changed." : `${counted(diff.totalFiles, "changed file")} will be kept.`}
        </List.Item>
      )}
      <List.Item>
        {running === 0 ? "Nothing runs in it." : `${counted(running, "command")} that runs or waits will be ended.`}
      </List.Item>
      <List.Item>What was run and printed stays in the record.</List.Item>
    </List>
  );
}
