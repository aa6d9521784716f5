import { Button, Checkbox, Group, NumberInput, Popover, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { IconPlayerPlay, IconSettings, IconTerminal2 } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type KeyboardEvent, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { uuidOf } from "@/shared/text/ids";
import { Failure } from "@/shared/ui/Failure";

import { typeAhead } from "../ahead";
import { RunCommandDocument } from "../api/RunCommand.generated";
import { recall, remember } from "../history";

const NORMAL = { columns: 100, rows: 30 };

/** Runs a command, and goes to what it prints. Arrow keys bring back what was run here before. */
export function RunCommand({ sessionId, disabled }: { sessionId: string; disabled: boolean }) {
  const project = useProject();
  const navigate = useNavigate();
  const { run, running, fault } = useDone(RunCommandDocument);
  const [text, setText] = useState("");
  const [back, setBack] = useState(0);
  const [on, setOn] = useState<"pipe" | "terminal">("pipe");
  const [background, setBackground] = useState(false);
  const [timeout, setTimeoutSeconds] = useState<number>();
  const start = async (command: string, terminal: boolean) => {
    const input = {
      sessionId,
      text: command,
      terminal: terminal ? NORMAL : null,
      background,
      timeoutSeconds: timeout ?? null,
    };
    const ahead = terminal ? typeAhead() : undefined;
    const done = await run({ input });
    if (!done) return ahead?.end();
    ahead?.isFor(done.command.id);
    remember(sessionId, command);
    const params = { project: project.slug, session: uuidOf(sessionId), command: uuidOf(done.command.id) };
    void navigate({ to: "/p/$project/sessions/$session/commands/$command", params });
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) void start(text, on === "terminal");
  };
  const step = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const next = Math.max(0, back + by);
    const found = next === 0 ? "" : recall(sessionId, next);
    if (found === undefined) return;
    setBack(next);
    setText(found);
  };
  return (
    <Stack gap="xs">
      <form onSubmit={send}>
        <Group gap="xs">
          <TextInput
            flex={1}
            miw={200}
            size="sm"
            aria-label="Command to run"
            placeholder={disabled ? "This session runs nothing now" : "Run a command, such as make test"}
            disabled={disabled}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            classNames={{ input: "mono" }}
            leftSection={<span aria-hidden>$</span>}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setBack(0);
            }}
            onKeyDown={step}
          />
          <SegmentedControl
            size="xs"
            aria-label="What it runs on"
            disabled={disabled}
            value={on}
            onChange={(next) => setOn(next as typeof on)}
            data={[
              { value: "pipe", label: "Pipe" },
              { value: "terminal", label: "Terminal" },
            ]}
          />
          <Popover trapFocus position="bottom-end" withArrow>
            <Popover.Target>
              <Button variant="default" disabled={disabled} aria-label="Background and time-out">
                <IconSettings size={14} aria-hidden />
              </Button>
            </Popover.Target>
            <Popover.Dropdown>
              <Stack gap="sm">
                <Checkbox
                  label="In the background"
                  checked={background}
                  onChange={(event) => setBackground(event.currentTarget.checked)}
                />
                <NumberInput
                  label="Time-out in seconds"
                  placeholder="as the project has it"
                  min={1}
                  allowDecimal={false}
                  value={timeout ?? ""}
                  onChange={(value) => setTimeoutSeconds(typeof value === "number" ? value : undefined)}
                />
              </Stack>
            </Popover.Dropdown>
          </Popover>
          <Button
            type="submit"
            disabled={disabled || !text.trim()}
            loading={running}
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
          >
            Run
          </Button>
          <Button
            variant="default"
            disabled={disabled || running}
            leftSection={<IconTerminal2 size={14} aria-hidden />}
            onClick={() => void start("bash", true)}
          >
            Open a terminal
          </Button>
        </Group>
      </form>
      {fault && <Failure fault={fault} />}
    </Stack>
  );
}
