import { Select, SimpleGrid, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";

import type { TaskPriority } from "@/shared/graphql/schema.generated";

import { type Draft, wrongIn } from "../form";
import { PRIORITIES, spoken } from "../terms";

interface TaskFieldsProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** The field that the server refused. */
  refused?: string | null;
}

/** What is written of a task. */
export function TaskFields({ draft, onChange, refused }: TaskFieldsProps) {
  const wrong = wrongIn(draft);
  const text = (name: "title" | "body" | "estimate" | "acceptance") => ({
    value: draft[name],
    error: wrong[name] ?? refused === name,
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ ...draft, [name]: event.currentTarget.value }),
  });
  const words = (name: "labels" | "dependencies") => ({
    value: [...draft[name]],
    error: wrong[name] ?? refused === name,
    onChange: (next: string[]) => onChange({ ...draft, [name]: next }),
    splitChars: [",", " "],
  });
  return (
    <Stack gap="sm">
      <TextInput label="Title" required data-autofocus maxLength={200} {...text("title")} />
      <Textarea label="Description" description="Markdown" autosize minRows={4} maxRows={16} {...text("body")} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TagsInput label="Labels" {...words("labels")} />
        <Select
          label="Priority"
          allowDeselect={false}
          data={PRIORITIES.map((each) => ({ value: each, label: spoken(each) }))}
          value={draft.priority}
          onChange={(next) => onChange({ ...draft, priority: (next ?? "NORMAL") as TaskPriority })}
        />
        <TextInput label="Estimate of work" placeholder="2h, 90m" {...text("estimate")} />
        <TagsInput label="To be done before it" placeholder="T-3" {...words("dependencies")} />
      </SimpleGrid>
      <Textarea
        label="What must hold for it to be done"
        description="One in each line"
        autosize
        minRows={2}
        {...text("acceptance")}
      />
    </Stack>
  );
}
