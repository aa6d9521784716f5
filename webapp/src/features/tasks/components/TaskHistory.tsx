import { Button, MultiSelect, Stack, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useState } from "react";

import type { TaskField } from "@/shared/graphql/schema.generated";
import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useProject } from "@/shared/projects/useProjects";
import { nounAddress, sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { useFresh } from "@/shared/streams/feed";
import { shortId, uuidOf } from "@/shared/text/ids";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Time } from "@/shared/ui/Time";

import { TaskHistoryDocument, type TaskHistoryQuery } from "../api/TaskHistory.generated";
import { type Change, withBefore } from "../history";
import type { Task } from "../TaskPage";
import { FIELDS } from "../taskSearch";
import { spoken } from "../terms";
import { told } from "../words";

import classes from "./Entries.module.css";

type Entry = NonNullable<TaskHistoryQuery["task"]>["history"]["edges"][number]["node"];

const PAGE = 50;
const LARGEST_PAGE = 500;
const LONG = 400;

interface TaskHistoryProps {
  task: Task;
  fields: readonly TaskField[] | undefined;
  onFields: (fields: TaskField[] | undefined) => void;
}

/** Who changed what, from what to what, and when: newest first, as the log has it. */
export function TaskHistory({ task, fields, onFields }: TaskHistoryProps) {
  const [first, setFirst] = useState(PAGE);
  const { data, fault, waiting, again } = useAsked({
    query: TaskHistoryDocument,
    variables: { id: task.id, field: fields ? [...fields] : null, first },
    context: UNCACHED,
  });
  useFresh(again, (event) => event.streamId === uuidOf(task.id));
  const { edges = [], pageInfo } = data?.task?.history ?? {};
  const entries = withBefore(
    edges.map((edge) => edge.node),
    pageInfo?.hasNextPage === false,
  );
  return (
    <Stack gap="sm">
      <MultiSelect
        size="xs"
        maw={420}
        aria-label="Fields"
        placeholder={fields ? undefined : "All fields"}
        data={FIELDS.map((each) => ({ value: each, label: spoken(each) }))}
        value={fields ? [...fields] : []}
        onChange={(next) => onFields(next.length > 0 ? (next as TaskField[]) : undefined)}
        clearable
        searchable
        hidePickedOptions
      />
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons lines={4} />}
      {!waiting && entries.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing of that was changed.
        </Text>
      )}
      <ol className={classes.entries}>
        {entries.map(({ entry, changes }) => (
          <Told
            key={entry.position}
            entry={entry}
            changes={changes.filter(({ field }) => !fields || fields.includes(field))}
          />
        ))}
      </ol>
      {pageInfo?.hasNextPage && first < LARGEST_PAGE && (
        <Button variant="subtle" onClick={() => setFirst(Math.min(LARGEST_PAGE, first + 100))}>
          Earlier ones
        </Button>
      )}
    </Stack>
  );
}

function Told({ entry, changes }: { entry: Entry; changes: readonly Change[] }) {
  const { slug } = useProject();
  return (
    <li className={classes.entry}>
      <div className={classes.head}>
        <b>
          <SafeText text={entry.actor} />
        </b>
        {entry.actorKind !== "user" && <span>{entry.actorKind}</span>}
        <Time at={entry.recordedAt} />
        {entry.sessionId && (
          <HrefLink href={sessionAddress(slug, entry.sessionId)} size="xs">
            in {shortId(entry.sessionId)}
          </HrefLink>
        )}
        <HrefLink href={`${nounAddress(slug, "log")}?event=${entry.position}`} size="xs">
          event {entry.position}
        </HrefLink>
      </div>
      {changes.map((change) => (
        <div key={change.field} className={classes.change}>
          <span>{spoken(change.field)}</span>
          <Values change={change} />
        </div>
      ))}
    </li>
  );
}

const short = (text: string): string => (text.length > LONG ? `${text.slice(0, LONG)}…` : text);

function Values({ change: { field, value, before } }: { change: Change }) {
  return (
    <span className={classes.value}>
      {before !== undefined && (
        <>
          <del>
            <SafeText text={short(told(field, before))} />
          </del>{" "}
          <IconArrowRight size={12} role="img" aria-label="became" />{" "}
        </>
      )}
      <ins>
        <SafeText text={short(told(field, value))} />
      </ins>
    </span>
  );
}
