import { Code, CopyButton, Group, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { type Icon, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";

import classes from "./Empty.module.css";

interface EmptyProps {
  icon: Icon;
  title: string;
  children?: ReactNode;
  /** The command of `qd` that would change that. */
  command?: string;
  action?: ReactNode;
}

/** Where there is nothing yet: what would be here, and how it comes here. */
export function Empty({ icon: Shape, title, children, command, action }: EmptyProps) {
  return (
    <Stack align="center" gap="xs" className={classes.empty}>
      <Shape size={28} stroke={1.5} aria-hidden className={classes.icon} />
      <Text fw={600}>{title}</Text>
      {children && (
        <Text size="sm" c="dimmed" maw={460} ta="center">
          {children}
        </Text>
      )}
      <Group gap="sm" justify="center">
        {action}
        {command && <Command text={command} />}
      </Group>
    </Stack>
  );
}

function Command({ text }: { text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : "Copy"}>
          <UnstyledButton onClick={copy} className={classes.command} aria-label={`Copy: ${text}`}>
            <Code>{text}</Code>
            <IconCopy size={14} aria-hidden />
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}
