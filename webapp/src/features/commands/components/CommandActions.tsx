import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconPlayerStop } from "@tabler/icons-react";

import type { Fault } from "@/shared/graphql/faults";
import { useDone } from "@/shared/graphql/useDone";

import { CancelCommandDocument } from "../api/CancelCommand.generated";
import type { CommandShownFragment } from "../api/CommandShown.generated";
import { SignalCommandDocument } from "../api/SignalCommand.generated";
import { hasEnded } from "../looks";

const SIGNALS: readonly (readonly [string, string])[] = [
  ["SIGINT", "as Ctrl-C does"],
  ["SIGTERM", "asks it to end"],
  ["SIGHUP", "its terminal is gone"],
  ["SIGQUIT", "as Ctrl-\\ does"],
  ["SIGUSR1", ""],
  ["SIGUSR2", ""],
  ["SIGSTOP", "stands still"],
  ["SIGCONT", "goes on"],
  ["SIGKILL", "ends it at once"],
];

/** Cancel and signal, of a command that runs; what failed of it is told by `onFault`. */
export function useCommandActions(command: CommandShownFragment) {
  const cancel = useDone(CancelCommandDocument);
  const signal = useDone(SignalCommandDocument);
  const fault: Fault | undefined = cancel.fault ?? signal.fault;
  if (hasEnded(command)) return { fault, buttons: null };
  const buttons = (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />} loading={signal.running}>
            Signal
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {SIGNALS.map(([name, does]) => (
            <Menu.Item
              key={name}
              onClick={() => void signal.run({ input: { commandId: command.id, signal: name } })}
              rightSection={<span style={{ color: "var(--mantine-color-dimmed)", fontSize: "0.75rem" }}>{does}</span>}
            >
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button
        variant="light"
        color="red"
        loading={cancel.running}
        disabled={command.cancelling}
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        onClick={() => void cancel.run({ input: { commandId: command.id } })}
      >
        {command.cancelling ? "Cancelling" : "Cancel"}
      </Button>
    </>
  );
  return { fault, buttons };
}
