import { Button, Group, SegmentedControl } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconChecklist, IconLayoutKanban, IconList, IconPlus, IconSearchOff } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { useTasks } from "./board/useTasks";
import { AskMove } from "./components/AskMove";
import { Board } from "./components/Board";
import { CreateTask } from "./components/CreateTask";
import { Filters } from "./components/Filters";
import { SyncLine } from "./components/SyncLine";
import { TaskList } from "./components/TaskList";
import { tasksRoute } from "./routes";
import { GROUPINGS, groupingOf, isNarrowed, type TasksSearch } from "./search";
import { useMoves } from "./useMoves";

export function TasksPage() {
  const project = useProject();
  const { may, viewer } = useViewer();
  const search = tasksRoute.useSearch();
  const navigate = tasksRoute.useNavigate();
  const tasks = useTasks(project.id, search);
  const moves = useMoves(tasks);
  const go = (part: Partial<TasksSearch>, replace = false) =>
    void navigate({ search: (last) => ({ ...last, ...part }), replace });
  const mayWrite = may("task:write") && !project.archived;
  const create = () => go({ ask: "create" });
  useHotkeys(mayWrite ? [["c", create]] : []);
  const isList = search.view === "list";
  const empty = tasks.columns?.every((column) => column.count === 0);
  const shown = { slug: project.slug, columns: tasks.columns ?? [], mayMove: mayWrite, tasks, moves };
  const button = mayWrite && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={create}>
      Add a task
    </Button>
  );
  return (
    <Page title="Tasks" actions={button}>
      <SyncLine opened={search.ask === "sync"} open={(next) => go({ ask: next ? "sync" : undefined }, !next)} />
      <Group justify="space-between" align="flex-start" gap="xs">
        <Views search={search} go={go} />
        <Filters search={search} columns={tasks.columns} viewer={viewer?.name} go={go} />
      </Group>
      {tasks.fault && <Failure fault={tasks.fault} again={tasks.again} />}
      {tasks.waiting && <Skeletons lines={isList ? 8 : 4} height={isList ? 36 : 84} />}
      {empty && <Nothing narrowed={isNarrowed(search)} action={button} clear={() => go(CLEARED)} />}
      {tasks.columns && !empty && isList && <TaskList {...shown} />}
      {tasks.columns && !empty && !isList && (
        <Board {...shown} grouping={groupingOf(search)} people={viewer ? [viewer.name] : []} />
      )}
      {search.ask === "create" && mayWrite && (
        <CreateTask
          onCreated={(change) => tasks.settle(change.card.id, change)}
          onClose={() => go({ ask: undefined }, true)}
        />
      )}
      {moves.asking && <AskMove key={moves.asking.of} asking={moves.asking} moves={moves} />}
    </Page>
  );
}

const CLEARED: Partial<TasksSearch> = {
  text: undefined,
  owner: undefined,
  unowned: undefined,
  label: undefined,
  status: undefined,
  priority: undefined,
};

const SHAPES = { board: IconLayoutKanban, list: IconList };

function Views({ search, go }: { search: TasksSearch; go: (part: Partial<TasksSearch>) => void }) {
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label="View"
        value={search.view ?? "board"}
        onChange={(view) => go({ view: view === "list" ? "list" : undefined })}
        data={(["board", "list"] as const).map((view) => {
          const Shape = SHAPES[view];
          return {
            value: view,
            label: (
              <Group gap={6} wrap="nowrap">
                <Shape size={14} aria-hidden />
                {view === "board" ? "Board" : "List"}
              </Group>
            ),
          };
        })}
      />
      {search.view !== "list" && (
        <SegmentedControl
          size="xs"
          aria-label="Columns by"
          value={search.by ?? "status"}
          onChange={(by) => go({ by: by === "status" ? undefined : (by as TasksSearch["by"]) })}
          data={GROUPINGS.map((by) => ({ value: by, label: `By ${by}` }))}
        />
      )}
    </Group>
  );
}

function Nothing({ narrowed, action, clear }: { narrowed: boolean; action: ReactNode; clear: () => void }) {
  if (narrowed)
    return (
      <Empty
        icon={IconSearchOff}
        title="No such task"
        command="qd task search -- WORDS"
        action={
          <Button variant="default" onClick={clear}>
            Show all
          </Button>
        }
      >
        What is looked for stands in titles and descriptions. Lists leave out what is done or dropped, unless it is
        asked for.
      </Empty>
    );
  return (
    <Empty icon={IconChecklist} title="Nothing is to be done" command='qd task add "TITLE"' action={action}>
      Tasks are what people and agents work from: who claims one has it until the lease runs out, and a session that is
      started from one works on it. They can be kept in step with docs/TASKS.md of the repository.
    </Empty>
  );
}
