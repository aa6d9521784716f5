import { Group, Stack, Title } from "@mantine/core";
import { type PropsWithChildren, type ReactNode, useEffect } from "react";

import { visibleText } from "@/shared/text/visible";

import { SafeText } from "./SafeText";

interface PageProps {
  title: string;
  /** Beside the title: a state, an id. */
  beside?: ReactNode;
  actions?: ReactNode;
  /** Shown by the browser before the title, such as a count of what needs attention. */
  badge?: string;
}

/** A page's head, its document's title, and its content. */
export function Page({ title, beside, actions, badge, children }: PropsWithChildren<PageProps>) {
  useEffect(() => {
    document.title = `${badge ? `(${badge}) ` : ""}${visibleText(title)} · Quarterdeck`;
  }, [title, badge]);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm" mih={32}>
        <Group gap="sm">
          <Title order={1} tabIndex={-1}>
            <SafeText text={title} />
          </Title>
          {beside}
        </Group>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </Stack>
  );
}

/** A part of a page, with a heading. */
export function Section({ title, actions, children }: PropsWithChildren<{ title: string; actions?: ReactNode }>) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Group justify="space-between" gap="sm">
        <Title order={2}>{title}</Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </Stack>
  );
}
