import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { getHotkeyHandler } from "@mantine/hooks";
import { type FormEvent, useState } from "react";

import { idempotencyKey } from "@/shared/graphql/key";
import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { useFresh } from "@/shared/streams/feed";
import { shortId, uuidOf } from "@/shared/text/ids";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Time } from "@/shared/ui/Time";

import { NoteTaskProgressDocument } from "../api/NoteTaskProgress.generated";
import { TaskNotesDocument, type TaskNotesQuery } from "../api/TaskNotes.generated";
import type { Task } from "../TaskPage";

import classes from "./Entries.module.css";

type Note = NonNullable<TaskNotesQuery["task"]>["notes"]["edges"][number]["node"];

const PAGE = 20;

/** How it goes on, newest first. */
export function TaskNotes({ task, mayWrite }: { task: Task; mayWrite: boolean }) {
  const [first, setFirst] = useState(PAGE);
  const { data, fault, waiting, again } = useAsked({
    query: TaskNotesDocument,
    variables: { id: task.id, first },
    context: UNCACHED,
  });
  useFresh(again, (event) => event.streamId === uuidOf(task.id));
  const { edges = [], pageInfo } = data?.task?.notes ?? {};
  return (
    <Stack gap="sm">
      {mayWrite && <WriteNote taskId={task.id} again={again} />}
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons lines={2} />}
      {!waiting && edges.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing was noted yet. Agents do it with <code>qd task note {task.reference} TEXT</code>.
        </Text>
      )}
      <ol className={classes.entries}>
        {edges.map(({ node }) => (
          <Written key={`${node.notedAt} ${node.text}`} note={node} />
        ))}
      </ol>
      {pageInfo?.hasNextPage && (
        <Button variant="subtle" onClick={() => setFirst(first + PAGE * 5)}>
          Earlier ones
        </Button>
      )}
    </Stack>
  );
}

function Written({ note }: { note: Note }) {
  const { slug } = useProject();
  return (
    <li className={classes.entry}>
      <div className={classes.head}>
        <b>
          <SafeText text={note.author} />
        </b>
        <Time at={note.notedAt} />
        {note.sessionId && (
          <HrefLink href={sessionAddress(slug, note.sessionId)} size="xs">
            in {shortId(note.sessionId)}
          </HrefLink>
        )}
      </div>
      <div className={classes.text}>
        <SafeText text={note.text} />
      </div>
    </li>
  );
}

function WriteNote({ taskId, again }: { taskId: string; again: () => void }) {
  const [text, setText] = useState("");
  const { run, running, fault } = useDone(NoteTaskProgressDocument);
  const send = async () => {
    if (!text.trim() || running) return;
    if (!(await run({ input: { taskId, text: text.trim(), idempotencyKey: idempotencyKey() } }))) return;
    setText("");
    again();
  };
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  return (
    <form onSubmit={submitted}>
      <Stack gap="xs">
        <Textarea
          aria-label="Note"
          placeholder="How does it go on?"
          autosize
          minRows={2}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={getHotkeyHandler([["mod+Enter", () => void send()]])}
        />
        {fault && <Failure fault={fault} />}
        <Group gap="xs">
          <Button type="submit" variant="default" loading={running} disabled={!text.trim()}>
            Note it
          </Button>
          <Text size="xs" c="dimmed">
            Ctrl Enter
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
