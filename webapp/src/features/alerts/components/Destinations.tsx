import { Button, Code, CopyButton, Group, Paper, Stack, Text } from "@mantine/core";
import { IconMail, IconWebhook } from "@tabler/icons-react";
import { useState } from "react";
import { useClient } from "urql";

import { type Fault, faultOf } from "@/shared/graphql/faults";
import { UNCACHED } from "@/shared/graphql/uncached";
import { useViewer } from "@/shared/graphql/useViewer";
import { visibleText } from "@/shared/text/visible";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import type { AlertRuleWholeFragment } from "../api/AlertRuleWhole.generated";
import type { DeliveryShownFragment } from "../api/DeliveryShown.generated";
import { WebhookSecretDocument } from "../api/WebhookSecret.generated";
import { deliveryLook } from "../looks";

interface DestinationsProps {
  rule: AlertRuleWholeFragment & { readonly deliveries: readonly DeliveryShownFragment[] };
}

const columns: Column<DeliveryShownFragment>[] = [
  { key: "state", header: "State", width: "9.5rem", cell: (each) => <Status {...deliveryLook(each.state)} /> },
  {
    key: "to",
    header: "To",
    cell: (each) => <SafeText text={`${each.channel.toLowerCase()} ${each.address}`} />,
  },
  { key: "tries", header: "Tries", width: "4rem", priority: 3, end: true, cell: (each) => each.attempts || "" },
  {
    key: "detail",
    header: "Answer",
    width: "minmax(0, 1.5fr)",
    priority: 2,
    cell: (each) => <SafeText text={each.detail} />,
  },
  {
    key: "at",
    header: "When",
    width: "6rem",
    cell: (each) => <Time at={each.endedAt ?? each.againAt ?? each.askedAt} />,
  },
];

/** Whom a rule tells, and how its last messages fared. */
export function Destinations({ rule }: DestinationsProps) {
  const { may } = useViewer();
  return (
    <Section title="Who is told">
      {rule.mail.length + rule.webhooks.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody: its alerts are only listed. Change it to add mail addresses or webhooks.
        </Text>
      )}
      {rule.mail.map((address) => (
        <Paper key={address} withBorder px="md" py="xs">
          <Group gap="xs" wrap="nowrap">
            <IconMail size={16} aria-hidden />
            <Text size="sm">
              <SafeText text={address} />
            </Text>
          </Group>
        </Paper>
      ))}
      {rule.webhooks.map((url) => (
        <Paper key={url} withBorder px="md" py="xs">
          <Stack gap="xs">
            <Group gap="xs" wrap="nowrap">
              <IconWebhook size={16} aria-hidden />
              <Text size="sm">
                <SafeText text={url} />
              </Text>
            </Group>
            {may("alert:write") && <Secret url={url} projectId={rule.project?.id} />}
          </Stack>
        </Paper>
      ))}
      {rule.deliveries.length > 0 && (
        <DataTable label="Messages" columns={columns} rows={rule.deliveries} rowKey={(each) => each.id} />
      )}
    </Section>
  );
}

/** What a webhook's messages are signed with: shown when it is asked for, and kept nowhere. */
function Secret({ url, projectId }: { url: string; projectId: string | undefined }) {
  const client = useClient();
  const [secret, setSecret] = useState<string>();
  const [fault, setFault] = useState<Fault>();
  const show = async () => {
    const { data, error } = await client.query(WebhookSecretDocument, { url, projectId }, UNCACHED).toPromise();
    setFault(error && faultOf(error));
    setSecret(data?.webhookSecret);
  };
  if (fault) return <Failure fault={fault} again={() => void show()} />;
  if (secret === undefined)
    return (
      <Group>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Show the secret of ${visibleText(url)}`}
          onClick={() => void show()}
        >
          Show its secret
        </Button>
      </Group>
    );
  return (
    <Group gap="xs">
      <Code style={{ overflowWrap: "anywhere" }}>{secret}</Code>
      <CopyButton value={secret}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy}>
            {copied ? "Copied" : "Copy the secret"}
          </Button>
        )}
      </CopyButton>
      <Button size="compact-xs" variant="default" onClick={() => setSecret(undefined)}>
        Hide it
      </Button>
    </Group>
  );
}
