import { CloseButton } from "@mantine/core";
import type { ReactNode } from "react";

import { idempotencyKey } from "@/shared/graphql/key";
import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { commandAddress, sessionAddress, taskAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { shortId } from "@/shared/text/ids";
import { useNow } from "@/shared/time/clock";
import { CopyId } from "@/shared/ui/CopyId";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { LinkedCommandDocument } from "../api/LinkedCommand.generated";
import { UnlinkTaskDocument } from "../api/UnlinkTask.generated";
import { leaseLeft } from "../lease";
import type { Task } from "../TaskPage";
import { minutes } from "../terms";
import { PriorityMark, TaskStatusMark } from "./TaskStatusMark";

import classes from "./TaskAside.module.css";

interface TaskAsideProps {
  task: Task;
  mayWrite: boolean;
  again: () => void;
}

/** Short facts of a task, and what it is tied to. What is not there is left out. */
export function TaskAside({ task, mayWrite, again }: TaskAsideProps) {
  return (
    <dl className={classes.aside}>
      <Fact name="Owner">{task.ownerName && <Owner task={task} />}</Fact>
      <Fact name="Claim">{task.claim && <Claim claim={task.claim} />}</Fact>
      <Fact name="Priority">
        <PriorityMark priority={task.priority} />
      </Fact>
      <Fact name="Labels">{task.labels.length > 0 && <SafeText text={task.labels.join(", ")} />}</Fact>
      <Fact name="Estimate">{minutes(task.estimate)}</Fact>
      <Fact name="Waits for">{task.dependencies.length > 0 && <References tasks={task.dependencies} />}</Fact>
      <Fact name="Waiting for it">{task.dependents.length > 0 && <References tasks={task.dependents} />}</Fact>
      <Fact name="Links">{task.links.length > 0 && <Links task={task} mayWrite={mayWrite} again={again} />}</Fact>
      <Fact name="Added">
        <Time at={task.createdAt} /> by <SafeText text={task.createdBy} />
      </Fact>
      <Fact name="Changed">
        <Time at={task.updatedAt} />
      </Fact>
      <Fact name="Closed">{task.closedAt && <Time at={task.closedAt} />}</Fact>
      <Fact name="Id">
        <CopyId id={task.id} label="task id" />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const Owner = ({ task: { ownerName, assigned } }: { task: Task }) => (
  <>
    <SafeText text={ownerName ?? ""} />
    {assigned && ", assigned"}
  </>
);

function Claim({ claim }: { claim: NonNullable<Task["claim"]> }) {
  const { slug } = useProject();
  const now = useNow();
  return (
    <>
      <SafeText text={claim.holderName} />, {leaseLeft(claim.expiresAt, now)}
      {claim.sessionId && (
        <>
          , in <HrefLink href={sessionAddress(slug, claim.sessionId)}>{shortId(claim.sessionId)}</HrefLink>
        </>
      )}
    </>
  );
}

function References({ tasks }: { tasks: Task["dependencies"] }) {
  const { slug } = useProject();
  return (
    <ul>
      {tasks.map(({ id, number, reference, title, status }) => (
        <li key={id}>
          <HrefLink href={taskAddress(slug, number)} size="sm">
            {reference} <SafeText text={title} />
          </HrefLink>
          <div>
            <TaskStatusMark status={status} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Links({ task, mayWrite, again }: TaskAsideProps) {
  const { slug } = useProject();
  const { run, running, fault } = useDone(UnlinkTaskDocument);
  const remove = async ({ sessionId, commandId, commit }: Task["links"][number]) => {
    const target = sessionId ? { sessionId } : commandId ? { commandId } : { commit };
    if (await run({ input: { taskId: task.id, target, idempotencyKey: idempotencyKey() } })) again();
  };
  return (
    <>
      <ul>
        {task.links.map((link) => {
          const name = link.sessionId ?? link.commandId ?? link.commit ?? "";
          return (
            <li key={name} className={classes.row}>
              <span>{link.kind.toLowerCase()}</span>
              {link.sessionId && <HrefLink href={sessionAddress(slug, name)}>{shortId(name)}</HrefLink>}
              {link.commandId && <LinkedCommand id={name} />}
              {link.commit && <CopyId id={name} label="commit" shown={name.slice(0, 12)} />}
              {mayWrite && (
                <CloseButton
                  size="xs"
                  disabled={running}
                  aria-label={`Take the link to ${link.kind.toLowerCase()} ${shortId(name)} away`}
                  onClick={() => void remove(link)}
                />
              )}
            </li>
          );
        })}
      </ul>
      {fault && <Failure fault={fault} />}
    </>
  );
}

/** By what was run, where the viewer may see that. */
function LinkedCommand({ id }: { id: string }) {
  const { slug } = useProject();
  const { data } = useAsked({ query: LinkedCommandDocument, variables: { id } });
  const command = data?.command;
  if (!command) return <CopyId id={id} label="command id" />;
  return (
    <HrefLink href={commandAddress(slug, command.session.id, id)} truncate className="mono">
      <SafeText text={command.text} />
    </HrefLink>
  );
}
