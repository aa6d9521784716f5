import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import { useProject } from "@/shared/projects/useProjects";
import { sessionPlace, taskAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { TextLink } from "@/shared/routing/links";
import { shortId, uuidOf } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { Facts } from "@/shared/ui/Facts";
import { SafeText } from "@/shared/ui/SafeText";
import { Duration, Time } from "@/shared/ui/Time";

import type { SessionWholeQuery } from "../api/SessionWhole.generated";

type Session = NonNullable<SessionWholeQuery["session"]>;

/** Why a session is as it is, what to do about it, and where it came from. */
export function SessionHead({ session }: { session: Session }) {
  const { owner, persona, task, workerId, jailDriver } = { owner: session.ownerName, ...session };
  return (
    <>
      <Reason session={session} />
      <Facts
        facts={[
          ["Owner", <SafeText key="owner" text={owner} />],
          ["Persona", persona && <SafeText key="persona" text={`${persona.name}, revision ${persona.revision}`} />],
          ["Task", task && <TaskName key="task" task={task} />],
          ["From", <SafeText key="ref" text={session.ref} />],
          [
            "Commit",
            session.baseCommit && (
              <CopyId key="commit" id={session.baseCommit} label="commit" shown={session.baseCommit.slice(0, 12)} />
            ),
          ],
          ["Worker", workerId && <SafeText key="worker" text={workerId} />],
          ["Jail", jailDriver && `${jailDriver}${session.workspaceKind ? `, ${session.workspaceKind}` : ""}`],
          ["Opened", <Time key="opened" at={session.openedAt} />],
          ["Ready", session.readyAt && <Time key="ready" at={session.readyAt} />],
          ["Ended", session.endedAt && <Time key="ended" at={session.endedAt} />],
          ["Lasted", <Duration key="lasted" from={session.openedAt} to={session.endedAt} />],
          ["Forked from", session.forkedFrom && <Origin key="origin" id={session.id} from={session.forkedFrom} />],
        ]}
      />
    </>
  );
}

function TaskName({ task }: { task: NonNullable<Session["task"]> }) {
  const { slug } = useProject();
  return (
    <HrefLink href={taskAddress(slug, task.number)} size="sm">
      <SafeText text={`${task.reference} ${task.title}`} />
    </HrefLink>
  );
}

const BAD = new Set(["FAILED", "LOST"]);

function Reason({ session: { state, reason, nextStep, queue } }: { session: Session }) {
  if (queue)
    return (
      <Text size="sm" role="status">
        Number {queue.position} in the queue: <SafeText text={queue.reason} />
      </Text>
    );
  if (!reason) return null;
  return (
    <Alert
      variant="light"
      p="sm"
      color={BAD.has(state) ? "red" : "gray"}
      icon={<IconAlertTriangle size={18} aria-hidden />}
      role="status"
    >
      <SafeText text={reason} />
      {nextStep && (
        <Text size="sm" mt={4}>
          <SafeText text={nextStep} />
        </Text>
      )}
    </Alert>
  );
}

function Origin({ id, from }: { id: string; from: NonNullable<Session["forkedFrom"]> }) {
  const { slug } = useProject();
  const session = uuidOf(from.sessionId);
  return (
    <>
      <TextLink to="/p/$project/sessions/$session" params={{ project: slug, session }} size="sm">
        {shortId(from.sessionId)}
      </TextLink>
      {from.commandId && (
        <>
          {`, ${from.moment.toLowerCase()} `}
          <TextLink
            to="/p/$project/sessions/$session/commands/$command"
            params={{ project: slug, session, command: uuidOf(from.commandId) }}
            size="sm"
          >
            {shortId(from.commandId)}
          </TextLink>
        </>
      )}
      {" · "}
      <HrefLink href={`${sessionPlace(slug, id, "compare")}?with=${session}`} size="sm">
        Compare
      </HrefLink>
    </>
  );
}
