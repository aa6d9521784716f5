import { Alert, Button, Code, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import type { Fault } from "@/shared/graphql/faults";

import { SafeText } from "./SafeText";

/** What went wrong, what to do about it, and its code. */
export function Failure({ fault, again }: { fault: Fault; again?: () => void }) {
  return (
    <Alert variant="light" color="red" icon={<IconAlertTriangle size={18} aria-hidden />} role="alert" p="sm">
      <Text size="sm" fw={500}>
        <SafeText text={fault.message} />
      </Text>
      {fault.nextStep && (
        <Text size="sm" mt={4}>
          <SafeText text={fault.nextStep} />
        </Text>
      )}
      <Group gap="sm" mt={6}>
        <Code>{fault.code}</Code>
        {fault.field && <Text size="xs">in {fault.field}</Text>}
        {again && (
          <Button size="compact-xs" variant="default" onClick={again}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  );
}
