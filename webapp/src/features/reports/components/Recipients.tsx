import { ActionIcon, Button, Fieldset, Select, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";

import { NOBODY, type RecipientSet } from "../settings";
import { CHANNELS } from "../words";

import classes from "./Recipients.module.css";

interface RecipientsProps {
  recipients: readonly RecipientSet[];
  change: (recipients: readonly RecipientSet[]) => void;
  /** The line and the field that were refused. */
  wrong: [number, string] | undefined;
}

/** Who gets a report, and how. */
export function Recipients({ recipients, change, wrong }: RecipientsProps) {
  const put = (at: number, part: Partial<RecipientSet>) =>
    change(recipients.map((each, index) => (index === at ? { ...each, ...part } : each)));
  return (
    <Fieldset legend="To">
      {recipients.map(({ channel, address, user }, at) => {
        const isWrong = (field: string) => wrong?.[0] === at && wrong[1] === field;
        return (
          <div key={at} className={classes.line}>
            <Select
              aria-label={`Way ${at + 1}`}
              className={classes.way}
              size="xs"
              data={CHANNELS}
              value={channel}
              allowDeselect={false}
              onChange={(next) => next && put(at, { channel: next })}
            />
            <TextInput
              aria-label={`Address ${at + 1}`}
              className={classes.address}
              size="xs"
              spellCheck={false}
              placeholder={CHANNELS.find(({ value }) => value === channel)?.example}
              value={address}
              error={isWrong("address")}
              onChange={(event) => put(at, { address: event.currentTarget.value })}
            />
            <TextInput
              aria-label={`As seen by ${at + 1}`}
              className={classes.user}
              size="xs"
              spellCheck={false}
              placeholder="as I may see it"
              value={user}
              error={isWrong("user")}
              onChange={(event) => put(at, { user: event.currentTarget.value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Take out recipient ${at + 1}`}
              onClick={() => change(recipients.filter((_, index) => index !== at))}
            >
              <IconX size={14} aria-hidden />
            </ActionIcon>
          </div>
        );
      })}
      <Button
        variant="default"
        size="compact-xs"
        leftSection={<IconPlus size={12} aria-hidden />}
        onClick={() => change([...recipients, NOBODY])}
      >
        Another one
      </Button>
      <Text size="xs" c="dimmed" mt={6}>
        Each is sent as that member may see the project at that moment; empty is you. Others than yourself, webhooks and
        folders are for owners to name. A folder lies below the server&apos;s folder of reports.
      </Text>
    </Fieldset>
  );
}
