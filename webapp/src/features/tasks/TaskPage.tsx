import { useAsked } from "@/shared/graphql/useAsked";
import { NoSuch } from "@/shared/projects/NoSuch";
import { useProject } from "@/shared/projects/useProjects";
import { useFresh } from "@/shared/streams/feed";
import { LogHeadDocument } from "@/shared/streams/LogHead.generated";
import { uuidOf } from "@/shared/text/ids";
import { taskNumberIn } from "@/shared/text/references";
import { CopyId } from "@/shared/ui/CopyId";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { TaskWholeDocument, type TaskWholeQuery } from "./api/TaskWhole.generated";
import { useTaskChanges } from "./board/useTasks";
import { AskMove } from "./components/AskMove";
import { Conflicts } from "./components/Conflicts";
import { useTaskActions } from "./components/TaskActions";
import { TaskAside } from "./components/TaskAside";
import { TaskDialogues } from "./components/TaskDialogues";
import { TaskStatusMark } from "./components/TaskStatusMark";
import { TaskTabs } from "./components/TaskTabs";
import { TaskText } from "./components/TaskText";
import { taskRoute } from "./routes";
import { useMoves } from "./useMoves";

import classes from "./TaskPage.module.css";

export type Task = NonNullable<TaskWholeQuery["taskByNumber"]>;

/** A number that no task has. */
const NONE = 0;

export function TaskPage() {
  const project = useProject();
  const number = taskNumberIn(taskRoute.useParams().number) ?? NONE;
  const { data, fault, waiting, again } = useAsked({
    query: TaskWholeDocument,
    variables: { projectId: project.id, number },
    requestPolicy: "cache-and-network",
  });
  const task = data?.taskByNumber;
  useTaskFresh(project.id, task, again);
  if (waiting) return <Skeletons />;
  if (task) return <Shown key={task.id} task={task} again={again} />;
  return fault ? <Failure fault={fault} again={again} /> : <NoSuch noun="task" />;
}

/** Asks again when something of the task, or of one that it waits for or that waits for it, has changed. */
function useTaskFresh(projectId: string, task: Task | null | undefined, again: () => void): void {
  const { data } = useAsked({ query: LogHeadDocument, requestPolicy: "network-only" });
  const near = new Set([task, ...(task?.dependencies ?? []), ...(task?.dependents ?? [])].map((each) => each?.id));
  useTaskChanges(projectId, data?.log.position, (changes) => {
    if (changes.some(({ card }) => near.has(card.id))) again();
  });
  // a renewal is no change, but shows
  useFresh(again, (event) => event.topic === "TaskClaimRenewed" && event.streamId === uuidOf(task?.id ?? ""));
}

function Shown({ task, again }: { task: Task; again: () => void }) {
  const search = taskRoute.useSearch();
  const navigate = taskRoute.useNavigate();
  const ask = (part: Partial<typeof search>, replace = false) =>
    void navigate({ search: (last) => ({ ...last, ...part }), replace });
  const moves = useMoves({ expect: () => undefined, settle: again });
  const { buttons, mayWrite } = useTaskActions(task, moves, (what) => ask({ ask: what }));
  const done = () => ask({ ask: undefined }, true);
  return (
    <Page
      title={task.title}
      beside={
        <>
          <CopyId id={task.reference} label="number" shown={task.reference} />
          <TaskStatusMark status={task.status} />
        </>
      }
      actions={buttons}
    >
      {task.conflicts.length > 0 && <Conflicts task={task} mayWrite={mayWrite} again={again} />}
      <div className={classes.columns}>
        <div className={classes.main}>
          <TaskText task={task} />
          <TaskTabs task={task} search={search} mayWrite={mayWrite} onSearch={ask} />
        </div>
        <TaskAside task={task} mayWrite={mayWrite} again={again} />
      </div>
      {mayWrite && search.ask && (
        <TaskDialogues task={task} which={search.ask} moves={moves} again={again} onClose={done} />
      )}
      {moves.asking && <AskMove key={moves.asking.of} asking={moves.asking} moves={moves} />}
    </Page>
  );
}
