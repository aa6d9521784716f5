import { Paper, SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { SessionsTable } from "@/features/sessions";
import { useAsked } from "@/shared/graphql/useAsked";
import { useProject } from "@/shared/projects/useProjects";
import { TextLink } from "@/shared/routing/links";
import { CopyId } from "@/shared/ui/CopyId";
import { Page, Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { ProjectSettingsDocument } from "./api/ProjectSettings.generated";

export function ProjectPage() {
  const project = useProject();
  const { data } = useAsked({ query: ProjectSettingsDocument, variables: { id: project.id } });
  const settings = data?.project?.settings;
  return (
    <Page title={project.name} beside={<CopyId id={project.id} label="project id" />}>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="sm">
        <Fact label="Repository">
          <SafeText text={project.repository} />
        </Fact>
        <Fact label="Default branch">
          <SafeText text={project.defaultBranch} />
        </Fact>
        <Fact label="Jail">
          {settings ? (settings.jailDriver === "auto" ? "chosen by the worker" : settings.jailDriver) : "…"}
        </Fact>
        <Fact label="Created">
          <Time at={project.createdAt} />
        </Fact>
      </SimpleGrid>
      <Section
        title="Open sessions"
        actions={
          <TextLink to="/p/$project/sessions" params={{ project: project.slug }} size="sm">
            All sessions
          </TextLink>
        }
      >
        <SessionsTable projectId={project.id} of="open" />
      </Section>
    </Page>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Paper withBorder px="md" py="xs" radius="md">
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </Paper>
  );
}
