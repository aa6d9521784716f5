import { Button, Group, Radio, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { idempotencyKey } from "@/shared/graphql/key";
import type { TaskConflictChoice } from "@/shared/graphql/schema.generated";
import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { shortId } from "@/shared/text/ids";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { ResolveTaskConflictDocument } from "../api/ResolveTaskConflict.generated";
import type { Task } from "../TaskPage";
import { spoken } from "../terms";
import { draftFor, meant, told } from "../words";

import classes from "./Conflicts.module.css";

type Conflict = Task["conflicts"][number];

interface ConflictsProps {
  task: Task;
  mayWrite: boolean;
  again: () => void;
}

/** What file and log were both changed in, side by side, until somebody decides. */
export const Conflicts = ({ task, mayWrite, again }: ConflictsProps) => (
  <Section title="File and log say different things">
    {task.conflicts.map((conflict) => (
      <Sides
        key={`${conflict.field} ${conflict.sessionId}`}
        taskId={task.id}
        conflict={conflict}
        mayWrite={mayWrite}
        again={again}
      />
    ))}
  </Section>
);

interface SidesProps extends Omit<ConflictsProps, "task"> {
  taskId: string;
  conflict: Conflict;
}

function Sides({ taskId, conflict, mayWrite, again }: SidesProps) {
  const { field } = conflict;
  const [take, setTake] = useState<TaskConflictChoice>();
  const [text, setText] = useState(() => (field ? draftFor(field, conflict.log) : ""));
  const { run, running, fault } = useDone(ResolveTaskConflictDocument);
  const value = field && take === "VALUE" ? meant(field, text) : undefined;
  const wrong = take === "VALUE" && value === undefined;
  const send = async (force: boolean) => {
    if (!take || wrong) return;
    const input = { taskId, field, take, value, force, idempotencyKey: idempotencyKey() };
    if (await run({ input })) again();
  };
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    void send(false);
  };
  const sides: readonly (readonly [TaskConflictChoice, string, string])[] = [
    ["FILE", "Take the file's", field ? told(field, conflict.file) : "It was taken out of the file."],
    ["LOG", "Take the log's", field ? told(field, conflict.log) : "It was edited."],
  ];
  return (
    <form className={classes.conflict} onSubmit={submitted} aria-label={`Conflict on ${named(conflict)}`}>
      <Group gap="sm" justify="space-between">
        <Text fw={600} size="sm">
          {named(conflict)}
        </Text>
        <Text size="xs" c="dimmed">
          <Where conflict={conflict} /> found <Time at={conflict.foundAt} />
        </Text>
      </Group>
      <Radio.Group
        value={take ?? null}
        onChange={(next) => setTake(next as TaskConflictChoice)}
        aria-label="What holds"
      >
        <div className={classes.sides}>
          <div className={classes.side}>
            <span className={classes.name}>Both had</span>
            <Value text={field ? told(field, conflict.base) : "It was in both."} />
          </div>
          {sides.map(([choice, label, shown]) => (
            <div key={choice} className={classes.side} data-chosen={take === choice}>
              {mayWrite ? (
                <Radio value={choice} label={label} size="xs" />
              ) : (
                <span className={classes.name}>{choice === "FILE" ? "The file has" : "The log has"}</span>
              )}
              <Value text={shown} />
            </div>
          ))}
        </div>
        {mayWrite && field && <Radio mt="sm" value="VALUE" label="Write another, which both get" size="xs" />}
      </Radio.Group>
      {take === "VALUE" && field && (
        <Textarea
          aria-label={`Another ${spoken(field)}`}
          autosize
          value={text}
          error={wrong && `This is no ${spoken(field)}.`}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {fault && <Failure fault={fault} />}
      {mayWrite && (
        <Group gap="xs">
          <Button type="submit" loading={running} disabled={!take || wrong}>
            Decide
          </Button>
          {fault?.code === "CONFLICT" && (
            <Button variant="light" color="red" onClick={() => void send(true)}>
              Do it all the same
            </Button>
          )}
        </Group>
      )}
    </form>
  );
}

const named = ({ field }: Conflict): string => (field ? spoken(field) : "the task itself");

const Value = ({ text }: { text: string }) => (
  <div className={classes.value}>
    <SafeText text={text} />
  </div>
);

function Where({ conflict: { sessionId } }: { conflict: Conflict }) {
  const { slug } = useProject();
  if (!sessionId) return <>In the file on the branch,</>;
  return (
    <>
      In the file of session <HrefLink href={sessionAddress(slug, sessionId)}>{shortId(sessionId)}</HrefLink>,
    </>
  );
}
