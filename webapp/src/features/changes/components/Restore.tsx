import { Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { Counts, FileMark } from "@/shared/diff/FileHead";
import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { counted, whole } from "@/shared/text/counts";
import { globalId, shortId } from "@/shared/text/ids";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import { CommandTreesDocument } from "../api/CommandTrees.generated";
import { RestoreWorkspaceDocument } from "../api/RestoreWorkspace.generated";
import { SessionChangesDocument } from "../api/SessionChanges.generated";
import type { RestorePoint } from "../points";
import { RestoreOutcome } from "./RestoreOutcome";

interface RestoreProps {
  sessionId: string;
  point: RestorePoint;
  /** The newest tree, which is what will be changed. */
  newest: string;
  onClose: () => void;
}

/** Brings a session's files back, and says before what that will change. */
export function Restore({ sessionId, point, newest, onClose }: RestoreProps) {
  const { run, running, fault } = useDone(RestoreWorkspaceDocument);
  const [position, setPosition] = useState<number>();
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const commandId = globalId("Command", point.command);
  const restore = async () => {
    const done = await run({ input: { sessionId, at: { commandId, moment: point.moment }, idempotencyKey } });
    if (done) setPosition(done.position);
  };
  return (
    <Modal opened onClose={onClose} title="Restore the files" size="lg">
      <Stack gap="sm">
        <WillChange sessionId={sessionId} point={point} newest={newest} />
        <List size="sm" spacing={4}>
          <List.Item>What the files are until then is kept as a snapshot.</List.Item>
          <List.Item>Files that git ignores stay.</List.Item>
          <List.Item>The shell&apos;s directory and exported variables go back, too, where they were kept.</List.Item>
          <List.Item>Nothing may run in the session.</List.Item>
        </List>
        {fault && <Failure fault={fault} />}
        {position !== undefined && <RestoreOutcome sessionId={sessionId} after={position - 1} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {position === undefined ? "Cancel" : "Close"}
          </Button>
          {position === undefined && (
            <Button loading={running} onClick={() => void restore()} data-autofocus>
              Restore
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

const NAMED = 8;

function WillChange({ sessionId, point, newest }: Omit<RestoreProps, "onClose">) {
  // the newest may become another while this is read
  const [now] = useState(newest);
  const { data: asked } = useAsked({
    query: CommandTreesDocument,
    variables: { id: globalId("Command", point.command) },
  });
  const command = asked?.command;
  const tree = point.moment === "AFTER" ? command?.treeAfter : command?.treeBefore;
  const { data, fault } = useAsked({
    query: SessionChangesDocument,
    variables: { id: sessionId, from: now, to: tree ?? now, first: NAMED, after: null },
    context: UNCACHED,
    pause: !tree,
  });
  if (fault) return <Failure fault={fault} />;
  const diff = data?.session?.diff;
  if (!command || !diff) return <Skeletons lines={3} height={20} />;
  return (
    <>
      <Text size="sm">
        The files will be as they were {point.moment.toLowerCase()} command {shortId(command.id)},{" "}
        <span className="mono">
          <SafeText text={command.text.trim().split("\n")[0] ?? ""} />
        </span>
        . {diff.totalFiles === 0 ? "That is what they are now." : `${counted(diff.totalFiles, "file")} will change:`}
      </Text>
      {diff.files.map((file) => (
        <Group key={file.path} gap="xs" wrap="nowrap" fz="sm">
          <FileMark file={file} />
          <span className="mono">
            <SafeText text={file.oldPath === null ? file.path : `${file.oldPath} → ${file.path}`} />
          </span>
          <Counts file={file} />
        </Group>
      ))}
      {diff.totalFiles > NAMED && (
        <Text size="xs" c="dimmed">
          and {whole(diff.totalFiles - diff.files.length)} more
        </Text>
      )}
    </>
  );
}
