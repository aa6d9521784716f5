import { Button, Code, CopyButton, Group, Stack, Text, Title } from "@mantine/core";

import { ServerBug } from "@/shared/graphql/faults";

/** Shown where a page, or the server behind it, broke: what to send to whoever runs the server. */
export function Bug({ error, reset }: { error: unknown; reset?: () => void }) {
  const traceId = error instanceof ServerBug ? error.fault.traceId : undefined;
  const told = error instanceof Error ? error.message : "Something went wrong.";
  return (
    <Stack maw={560} mx="auto" my="xl" gap="sm" role="alert">
      <Title order={2}>This page broke</Title>
      <Text size="sm">{told}</Text>
      {traceId && (
        <Text size="sm">
          The server's log has more under <Code>{traceId}</Code>.
        </Text>
      )}
      <Group gap="xs">
        {reset && <Button onClick={reset}>Try again</Button>}
        <CopyButton value={traceId ?? told}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : traceId ? "Copy trace id" : "Copy message"}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
