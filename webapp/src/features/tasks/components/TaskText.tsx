import { List, Text } from "@mantine/core";

import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";

import type { Task } from "../TaskPage";
import { Markdown } from "./Markdown";

/** What is to be done, and what must hold for it to be done. */
export function TaskText({ task }: { task: Task }) {
  return (
    <>
      {task.reason && (
        <Text size="sm" c={task.status === "BLOCKED" ? "var(--qd-bad)" : "dimmed"} role="status">
          {task.status === "BLOCKED" ? "Blocked: " : ""}
          <SafeText text={task.reason} />
        </Text>
      )}
      {task.body ? (
        <Markdown text={task.body} />
      ) : (
        <Text size="sm" c="dimmed">
          No description.
        </Text>
      )}
      {task.acceptance.length > 0 && (
        <Section title="Done when">
          <List type="ordered" size="sm" spacing={4}>
            {task.acceptance.map((line, index) => (
              <List.Item key={index}>
                <SafeText text={line} />
              </List.Item>
            ))}
          </List>
        </Section>
      )}
    </>
  );
}
