import { ActionIcon, Group, Text, Title, Tooltip, VisuallyHidden } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy, IconTable } from "@tabler/icons-react";
import { type PropsWithChildren, type ReactNode, useState } from "react";

import classes from "./charts.module.css";

interface ChartCardProps {
  title: string;
  about?: string | undefined;
  actions?: ReactNode;
  /** The numbers, of which screen readers always know. */
  table?: ReactNode;
  csv?: () => string;
}

/** The frame of a chart: its name, its numbers as a table, and as text to take away. */
export function ChartCard({ title, about, actions, table, csv, children }: PropsWithChildren<ChartCardProps>) {
  const [open, setOpen] = useState(false);
  return (
    <section className={classes.card} aria-label={title}>
      <Group justify="space-between" gap="xs" mih={28} wrap="nowrap" align="flex-start">
        <div>
          <Title order={3}>{title}</Title>
          {about && (
            <Text size="xs" c="dimmed">
              {about}
            </Text>
          )}
        </div>
        <Group gap={4} wrap="nowrap">
          {actions}
          {csv && <CopyCsv title={title} csv={csv} />}
          {table && (
            <Tooltip label={open ? "Hide the table" : "Show as a table"}>
              <ActionIcon
                variant={open ? "light" : "subtle"}
                color="gray"
                aria-label={`${title} as a table`}
                aria-expanded={open}
                onClick={() => setOpen(!open)}
              >
                <IconTable size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Group>
      {children}
      {table &&
        (open ? (
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keys
          <div className={classes.scroll} tabIndex={0} role="region" aria-label={`${title}, table`}>
            {table}
          </div>
        ) : (
          <VisuallyHidden>{table}</VisuallyHidden>
        ))}
    </section>
  );
}

/** It is made when it is asked for. */
function CopyCsv({ title, csv }: { title: string; csv: () => string }) {
  const { copied, copy } = useClipboard();
  return (
    <Tooltip label={copied ? "Copied" : "Copy as CSV"}>
      <ActionIcon variant="subtle" color="gray" aria-label={`Copy ${title} as CSV`} onClick={() => copy(csv())}>
        {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
