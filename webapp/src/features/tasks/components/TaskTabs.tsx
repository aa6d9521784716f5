import { Tabs } from "@mantine/core";

import { useViewer } from "@/shared/graphql/useViewer";

import type { Task } from "../TaskPage";
import type { TaskSearch, TaskTab } from "../taskSearch";
import { TaskHistory } from "./TaskHistory";
import { TaskNotes } from "./TaskNotes";
import { TaskSessions } from "./TaskSessions";

interface TaskTabsProps {
  task: Task;
  search: TaskSearch;
  mayWrite: boolean;
  onSearch: (part: Partial<TaskSearch>) => void;
}

/** How it goes on, who worked on it, and who changed what. */
export function TaskTabs({ task, search, mayWrite, onSearch }: TaskTabsProps) {
  const { may } = useViewer();
  return (
    <Tabs
      value={search.tab ?? "notes"}
      onChange={(tab) => onSearch({ tab: tab === "notes" ? undefined : (tab as TaskTab), field: undefined })}
      keepMounted={false}
    >
      <Tabs.List mb="sm">
        <Tabs.Tab value="notes">Notes</Tabs.Tab>
        {may("session:read") && <Tabs.Tab value="sessions">Sessions</Tabs.Tab>}
        <Tabs.Tab value="history">History</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="notes">
        <TaskNotes task={task} mayWrite={mayWrite} />
      </Tabs.Panel>
      <Tabs.Panel value="sessions">
        <TaskSessions task={task} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <TaskHistory task={task} fields={search.field} onFields={(field) => onSearch({ field })} />
      </Tabs.Panel>
    </Tabs>
  );
}
