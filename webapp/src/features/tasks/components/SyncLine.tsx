import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFileCheck, IconFileTime, IconRefresh } from "@tabler/icons-react";
import { type ReactNode, useEffect, useEffectEvent, useState } from "react";

import { idempotencyKey } from "@/shared/graphql/key";
import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { useFresh } from "@/shared/streams/feed";
import { counted } from "@/shared/text/counts";
import { visibleText } from "@/shared/text/visible";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { SyncTasksDocument } from "../api/SyncTasks.generated";
import { TaskSyncShownDocument } from "../api/TaskSyncShown.generated";
import { isAnswered, outcome, type Sync } from "../sync";
import { SyncFindings } from "./SyncFindings";

import classes from "./SyncLine.module.css";

interface SyncLineProps {
  /** Its findings are open. */
  opened: boolean;
  open: (opened: boolean) => void;
}

/** How the project's task files and the log stand to each other; nothing where none are followed. */
export function SyncLine({ opened, open }: SyncLineProps) {
  const project = useProject();
  const { may } = useViewer();
  const { data, again } = useAsked({
    query: TaskSyncShownDocument,
    variables: { id: project.id },
    context: UNCACHED,
  });
  const { run, running, fault } = useDone(SyncTasksDocument);
  const [request, setRequest] = useState<number>();
  useFresh(again, (event) => event.projectId === project.id && CONCERNS.test(event.topic));
  const sync = data?.project?.taskSync;
  const done = sync && request !== undefined && isAnswered(sync, request);
  const tell = useEffectEvent(() => {
    if (!sync) return;
    setRequest(undefined);
    notifications.show({ color: sync.state === "FAILING" ? "red" : undefined, message: visibleText(outcome(sync)) });
  });
  useEffect(() => (done ? tell() : undefined), [done]);
  if (!sync || sync.state === "OFF") return fault ? <Failure fault={fault} /> : null;

  const ask = async (removals = false) => {
    const asked = await run({ input: { projectId: project.id, removals, idempotencyKey: idempotencyKey() } });
    if (!asked) return;
    setRequest(asked.request);
    again();
  };
  const button = may("task:write") && (
    <Button
      variant="default"
      size="compact-xs"
      leftSection={<IconRefresh size={12} aria-hidden />}
      loading={running || request !== undefined}
      onClick={() => void ask()}
    >
      Sync now
    </Button>
  );
  return (
    <>
      {fault && <Failure fault={fault} />}
      {sync.state === "FAILING" ? (
        <>
          <Failure fault={{ code: "NOT IN STEP", message: sync.error ?? "", nextStep: sync.nextStep ?? "" }} />
          <Group gap="xs">
            {button}
            {may("task:write") && sync.nextStep?.includes("--removals") && (
              <Button variant="light" color="red" size="compact-xs" onClick={() => void ask(true)}>
                Drop what is gone from the files
              </Button>
            )}
          </Group>
        </>
      ) : (
        <Standing sync={sync} paths={data?.project?.settings.taskFiles.paths ?? []} open={() => open(true)}>
          {button}
        </Standing>
      )}
      {opened && <SyncFindings sync={sync} onClose={() => open(false)} />}
    </>
  );
}

/** Events after which files may stand otherwise. */
const CONCERNS = /^Task(?:Files|Sync|Conflict)/;

interface StandingProps {
  sync: Sync;
  paths: readonly string[];
  open: () => void;
  children: ReactNode;
}

function Standing({ sync, paths, open, children }: StandingProps) {
  const waiting = sync.state === "WAITING";
  const Shape = waiting ? IconFileTime : IconFileCheck;
  return (
    <div className={classes.line}>
      <Shape size={14} aria-hidden />
      <span>
        <SafeText text={paths.join(", ")} /> {waiting ? "is about to be brought in step" : "is in step"}
        {sync.commit && (
          <>
            {waiting ? ", last at " : " at "}
            <span className="mono">{sync.commit.slice(0, 12)}</span>
          </>
        )}
        {sync.synchronizedAt && (
          <>
            , <Time at={sync.synchronizedAt} />
          </>
        )}
      </span>
      {sync.findingsTotal > 0 && (
        <Button variant="subtle" size="compact-xs" onClick={open}>
          {counted(sync.findingsTotal, "thing")} it does not take
        </Button>
      )}
      {children}
    </div>
  );
}
