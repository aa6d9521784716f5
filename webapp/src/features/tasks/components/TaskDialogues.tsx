import type { Task } from "../TaskPage";
import type { TaskDialogue } from "../taskSearch";
import type { Moves } from "../useMoves";
import { AssignTask } from "./AssignTask";
import { ChangeStatus } from "./ChangeStatus";
import { EditTask } from "./EditTask";
import { LinkTask } from "./LinkTask";
import { ReleaseTask } from "./ReleaseTask";
import { StartTask } from "./StartTask";

export interface DialogueProps {
  task: Task;
  moves: Moves;
  again: () => void;
  onClose: () => void;
}

const DIALOGUES = {
  edit: EditTask,
  start: StartTask,
  status: ChangeStatus,
  assign: AssignTask,
  release: ReleaseTask,
  link: LinkTask,
} satisfies Record<TaskDialogue, (props: DialogueProps) => React.ReactNode>;

/** What is asked before something is done with a task. */
export function TaskDialogues({ which, ...props }: DialogueProps & { which: TaskDialogue }) {
  const Dialogue = DIALOGUES[which];
  return <Dialogue {...props} />;
}
