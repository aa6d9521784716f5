import { Alert, Group, Text } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";

import { useViewer } from "@/shared/graphql/useViewer";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { amountWords } from "../amounts";
import type { BudgetRowFragment } from "../api/BudgetRow.generated";
import { titleOf } from "../words";

/** That a budget waits for an answer, above the list. */
export function Asking({ budget }: { budget: BudgetRowFragment }) {
  const slug = useProjectOrServer()?.slug;
  const { may } = useViewer();
  const { spent, limit } = budget.now;
  return (
    <Alert variant="light" color="red" p="sm" icon={<IconPlayerPause size={18} aria-hidden />}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          <HrefLink href={nounAddress(slug, "budgets", budget.id)} fw={600}>
            <SafeText text={titleOf(budget)} />
          </HrefLink>{" "}
          is used up: {amountWords(spent, limit)} of {amountWords(limit)} is spent. What it covers stands still
          {budget.asks && (
            <>
              {" since "}
              <Time at={budget.asks.since} />
            </>
          )}
          .
        </Text>
        {may("budget:write") && (
          <HrefLink href={`${nounAddress(slug, "budgets", budget.id)}?ask=answer`} size="sm" fw={600}>
            Answer
          </HrefLink>
        )}
      </Group>
    </Alert>
  );
}
