import { Button, Menu } from "@mantine/core";
import {
  IconDots,
  IconHandStop,
  IconLink,
  IconPencil,
  IconPlayerPlay,
  IconProgress,
  IconRefresh,
  IconUserPlus,
} from "@tabler/icons-react";

import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";

import type { Step } from "../board/moves";
import { LEASES } from "../lease";
import type { Task } from "../TaskPage";
import type { TaskDialogue } from "../taskSearch";
import { CLOSED } from "../terms";
import type { Moves } from "../useMoves";

/** What can be done with a task as a whole: what its state allows, and the viewer may. */
export function useTaskActions(task: Task, moves: Moves, ask: (what: TaskDialogue) => void) {
  const project = useProject();
  const { may, viewer } = useViewer();
  const mayWrite = may("task:write") && !project.archived;
  const open = !CLOSED.includes(task.status);
  const isMine = task.claim?.holderId === viewer?.id;
  const take = (step: Step) => (leaseSeconds: number | undefined) =>
    void moves.run({ card: task, to: "claimed", steps: [step], becomes: task }, { leaseSeconds });
  const buttons = mayWrite && (
    <>
      {open && may("session:write") && (
        <Button leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={() => ask("start")}>
          Start a session
        </Button>
      )}
      {open && !task.claim && <Leases label="Claim" icon={IconHandStop} choose={take({ does: "claim" })} />}
      {task.claim && isMine && <Leases label="Renew" icon={IconRefresh} choose={take({ does: "renew" })} />}
      {task.claim && (
        <Button variant="default" onClick={() => ask("release")}>
          {isMine ? "Give back" : "Take from its holder"}
        </Button>
      )}
      <Button
        variant="default"
        leftSection={<IconProgress size={14} aria-hidden />}
        onClick={() => ask("status")}
        aria-haspopup="dialog"
      >
        Status
      </Button>
      <Button variant="default" leftSection={<IconPencil size={14} aria-hidden />} onClick={() => ask("edit")}>
        Edit
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={8} aria-label="More that can be done">
            <IconDots size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUserPlus size={14} aria-hidden />} onClick={() => ask("assign")}>
            Assign
          </Menu.Item>
          <Menu.Item leftSection={<IconLink size={14} aria-hidden />} onClick={() => ask("link")}>
            Link
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
  return { buttons, mayWrite };
}

interface LeasesProps {
  label: string;
  icon: typeof IconHandStop;
  choose: (seconds: number | undefined) => void;
}

const Leases = ({ label, icon: Shape, choose }: LeasesProps) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <Button variant="default" leftSection={<Shape size={14} aria-hidden />}>
        {label}
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Label>{label} it for</Menu.Label>
      {LEASES.map(([name, seconds]) => (
        <Menu.Item key={name} onClick={() => choose(seconds)}>
          {name}
        </Menu.Item>
      ))}
    </Menu.Dropdown>
  </Menu>
);
