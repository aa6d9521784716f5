import { Select, SimpleGrid, Switch, TagsInput, TextInput } from "@mantine/core";

import { zones } from "@/shared/time/zones";

import type { RuleTyped, RuleWrong } from "../rules";

interface TellingFieldsProps {
  typed: RuleTyped;
  change: (part: Partial<RuleTyped>) => void;
  wrong: RuleWrong;
}

/** Who is told, and how often. */
export function TellingFields({ typed, change, wrong }: TellingFieldsProps) {
  const { quiet } = typed;
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <TagsInput
          label="Mail"
          description="Addresses, each with Enter"
          maxTags={20}
          splitChars={[",", " "]}
          acceptValueOnBlur
          value={[...typed.mail]}
          onChange={(mail) => change({ mail })}
        />
        <TagsInput
          label="Webhooks"
          description="URLs that get a signed call, each with Enter"
          maxTags={20}
          splitChars={[" "]}
          acceptValueOnBlur
          value={[...typed.webhooks]}
          onChange={(webhooks) => change({ webhooks })}
        />
        <TextInput
          label="Gather for"
          description="From one message to the next at least"
          value={typed.gather}
          error={wrong.gather}
          onChange={(event) => change({ gather: event.currentTarget.value })}
        />
        <TextInput
          label="Say again after"
          description="What still holds, and nobody sees to; 0: never"
          value={typed.repeat}
          error={wrong.repeat}
          onChange={(event) => change({ repeat: event.currentTarget.value })}
        />
      </SimpleGrid>
      <Switch
        label="Quiet hours"
        description="Nobody is told in them; after them comes one digest"
        checked={quiet !== null}
        onChange={(event) =>
          change({ quiet: event.currentTarget.checked ? { zone: zones.own(), start: "22:00", end: "07:00" } : null })
        }
      />
      {quiet && (
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md">
          <TextInput
            type="time"
            label="From"
            value={quiet.start}
            error={wrong.quiet}
            onChange={(event) => change({ quiet: { ...quiet, start: event.currentTarget.value } })}
          />
          <TextInput
            type="time"
            label="To"
            value={quiet.end}
            onChange={(event) => change({ quiet: { ...quiet, end: event.currentTarget.value } })}
          />
          <Select
            label="Time zone"
            data={zones.all(quiet.zone)}
            searchable
            limit={100}
            allowDeselect={false}
            value={quiet.zone}
            onChange={(zone) => change({ quiet: { ...quiet, zone: zone ?? "UTC" } })}
          />
        </SimpleGrid>
      )}
    </>
  );
}
