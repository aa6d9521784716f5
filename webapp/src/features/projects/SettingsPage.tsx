import { Button, Group, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { Failure } from "@/shared/ui/Failure";
import { Page, Section } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { ChangeProjectSettingsDocument } from "./api/ChangeProjectSettings.generated";
import { ProjectSettingsDocument } from "./api/ProjectSettings.generated";
import { SettingInput } from "./components/SettingInput";
import { changed, groups, type Settings, toLines, valueAt } from "./settingsFields";

export function SettingsPage() {
  const project = useProject();
  const { data, fault, waiting, again } = useAsked({ query: ProjectSettingsDocument, variables: { id: project.id } });
  return (
    <Page title="Project settings">
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons />}
      {data?.project && <SettingsForm key={project.id} projectId={project.id} settings={data.project.settings} />}
    </Page>
  );
}

type Values = ReadonlyMap<string, string | number | boolean | null>;

function SettingsForm({ projectId, settings }: { projectId: string; settings: Settings }) {
  const { may } = useViewer();
  const [values, setValues] = useState<Values>(new Map());
  const [texts, setTexts] = useState<Partial<{ network: string; paths: string }>>({});
  const { run, running, fault } = useDone(ChangeProjectSettingsDocument);
  const written = { network: toLines.network(settings), paths: toLines.paths(settings), ...texts };
  const input = changed(settings, values, written);
  const same = Object.keys(input).length === 0;
  const forget = () => {
    setValues(new Map());
    setTexts({});
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await run({ input: { projectId, settings: input } }))) return;
    forget();
    notifications.show({ message: "The settings are changed. Sessions that are open keep theirs." });
  };
  const text = (name: "network" | "paths") => ({
    autosize: true,
    minRows: 2,
    spellCheck: false,
    disabled: !may("project:write"),
    value: written[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      setTexts({ ...texts, [name]: event.currentTarget.value }),
  });
  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="xl" maw={960}>
        {groups.map((group) => (
          <Section key={group.title} title={group.title}>
            <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="md">
              {group.fields.map((field) => (
                <SettingInput
                  key={field.path}
                  field={field}
                  disabled={!may("project:write")}
                  value={values.has(field.path) ? values.get(field.path) : valueAt(settings, field.path)}
                  onChange={(value) => setValues(new Map(values).set(field.path, value))}
                />
              ))}
            </SimpleGrid>
          </Section>
        ))}
        <Section title="Network and files">
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Textarea
              label="Places that sessions may connect to"
              description="One in each line, with a port where it is not 443. None: nowhere."
              placeholder="pypi.org"
              {...text("network")}
            />
            <Textarea label="Task files" description="Paths in the repository, one in each line" {...text("paths")} />
          </SimpleGrid>
        </Section>
        {fault && <Failure fault={fault} />}
        <Group gap="xs">
          <Button type="submit" loading={running} disabled={same}>
            Save
          </Button>
          <Button variant="default" onClick={forget} disabled={same}>
            Undo
          </Button>
          <Text size="xs" c="dimmed">
            {same ? "Nothing is changed." : "Holds for sessions that are opened from now on."}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
