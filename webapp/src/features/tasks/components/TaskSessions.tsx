import { Stack, Text } from "@mantine/core";
import { IconTerminal2 } from "@tabler/icons-react";

import { SessionName, SessionStatus } from "@/features/sessions";
import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useProject } from "@/shared/projects/useProjects";
import { sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { useFresh } from "@/shared/streams/feed";
import { uuidOf } from "@/shared/text/ids";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Duration, Time } from "@/shared/ui/Time";

import { TaskSessionsDocument } from "../api/TaskSessions.generated";
import { TaskWorkDoneDocument } from "../api/TaskWorkDone.generated";
import type { Task } from "../TaskPage";
import { WorkDone } from "./WorkDone";

import classes from "./Entries.module.css";

/** Sessions that work on it, or did, and what each of them did. */
export function TaskSessions({ task }: { task: Task }) {
  const { slug } = useProject();
  const variables = { id: task.id };
  const sessions = useAsked({ query: TaskSessionsDocument, variables, context: UNCACHED });
  const work = useAsked({ query: TaskWorkDoneDocument, variables, context: UNCACHED });
  const shown = sessions.data?.task?.sessions.edges.map((edge) => edge.node) ?? [];
  const ours = new Set(shown.map((session) => session.id));
  useFresh(
    () => {
      sessions.again();
      work.again();
    },
    ({ streamId, sessionId, topic }) =>
      streamId === uuidOf(task.id) || (sessionId && topic.startsWith("Session") ? ours.has(sessionId) : false),
  );
  const done = new Map(work.data?.task?.work.edges.map(({ node }) => [node.sessionId, node]));
  const fault = sessions.fault ?? work.fault;
  if (fault) return <Failure fault={fault} again={sessions.again} />;
  if (sessions.waiting) return <Skeletons lines={3} />;
  if (shown.length === 0)
    return (
      <Empty icon={IconTerminal2} title="No session worked on it yet" command={`qd task start ${task.reference}`}>
        A session that is started from the task has it in $QD_TASK_FILE. What it did is noted here when it ends.
      </Empty>
    );
  return (
    <Stack gap="xs">
      <ol className={classes.entries}>
        {shown.map((session) => {
          const did = done.get(session.id);
          return (
            <li key={session.id} className={classes.entry}>
              <div className={classes.head}>
                <SessionStatus state={session.state} />
                <HrefLink href={sessionAddress(slug, session.id)} size="sm">
                  <SessionName session={session} />
                </HrefLink>
                <SafeText text={session.ownerName} />
                <Time at={session.openedAt} />
                <Duration from={session.openedAt} to={session.endedAt} />
              </div>
              {did && <WorkDone work={did} />}
            </li>
          );
        })}
      </ol>
      {sessions.data?.task?.sessions.pageInfo.hasNextPage && (
        <Text size="sm" c="dimmed">
          Earlier ones: <code>qd task history {task.reference} --field work</code>
        </Text>
      )}
    </Stack>
  );
}
