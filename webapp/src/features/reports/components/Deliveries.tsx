import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleX, IconClock, IconSend } from "@tabler/icons-react";

import type { DeliveryState } from "@/shared/graphql/schema.generated";
import { counted } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";
import { Status, type StatusLook } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import type { IssueShownFragment } from "../api/IssueShown.generated";
import { periodOf, STATES } from "../words";

import classes from "./Deliveries.module.css";

const LOOKS: Record<DeliveryState, Omit<StatusLook, "label">> = {
  WAITING: { tone: "quiet", icon: IconClock },
  SENDING: { tone: "busy", icon: IconSend },
  ARRIVED: { tone: "good", icon: IconCircleCheck },
  GIVEN_UP: { tone: "bad", icon: IconCircleX },
};

type Issue = IssueShownFragment;

interface DeliveriesProps {
  issues: readonly Issue[];
  more?: (() => void) | undefined;
}

/** What was sent, the last first, and how it fared with each recipient. */
export function Deliveries({ issues, more }: DeliveriesProps) {
  if (issues.length === 0)
    return (
      <Text size="sm" c="dimmed">
        None has been sent yet.
      </Text>
    );
  return (
    <Stack gap="xs" component="ol" className={classes.issues} aria-label="Deliveries">
      {issues.map((issue) => (
        <Paper key={issue.id} component="li" withBorder px="sm" py={6} radius="md">
          <Group gap="xs">
            <Text size="sm" fw={500}>
              {periodOf(issue)}
            </Text>
            {issue.askedFor && (
              <Badge size="xs" variant="default">
                asked for
              </Badge>
            )}
            <Text size="xs" c="dimmed">
              <Time at={issue.preparedAt} />
            </Text>
            {issue.missed > 0 && (
              <Text size="xs" c="var(--qd-warn)">
                {counted(issue.missed, "period")} before it {issue.missed === 1 ? "was" : "were"} not sent: no server
                was there.
              </Text>
            )}
          </Group>
          {issue.deliveries.map((each) => (
            <Delivery key={each.id} of={each} />
          ))}
        </Paper>
      ))}
      {more && (
        <Button variant="default" onClick={more} style={{ alignSelf: "start" }}>
          Show more
        </Button>
      )}
    </Stack>
  );
}

function Delivery({ of }: { of: Issue["deliveries"][number] }) {
  const { address, state, attempts, detail, againAt, endedAt } = of;
  return (
    <div className={classes.delivery}>
      <Status {...LOOKS[state]} label={STATES[state]} />
      <SafeText text={address} />
      <Text size="xs" c="dimmed" component="span">
        {attempts > 1 && `${attempts} tries `}
        {endedAt ? (
          <Time at={endedAt} />
        ) : (
          state === "WAITING" &&
          againAt &&
          attempts > 0 && (
            <>
              again <Time at={againAt} />
            </>
          )
        )}
      </Text>
      {detail && (
        <Text size="xs" c={state === "ARRIVED" ? "dimmed" : "var(--qd-warn)"} component="span">
          <SafeText text={detail} />
        </Text>
      )}
    </div>
  );
}
