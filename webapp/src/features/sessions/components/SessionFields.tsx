import { Select, TextInput } from "@mantine/core";

import { useAsked } from "@/shared/graphql/useAsked";
import { useProject } from "@/shared/projects/useProjects";
import { visibleText } from "@/shared/text/visible";

import { ProjectPersonasDocument } from "../api/ProjectPersonas.generated";

export const NOTHING = { title: "", ref: "", persona: null as string | null };

/** What is said of a session before it is opened. */
export type SessionForm = typeof NOTHING;

/** As the API takes it. */
export const sessionAsked = ({ title, ref, persona }: SessionForm) => ({
  title: title.trim() || null,
  ref: ref.trim() || null,
  persona,
});

interface SessionFieldsProps {
  form: SessionForm;
  onChange: (form: SessionForm) => void;
  /** What it is called where nobody says. */
  usualTitle?: string;
}

export function SessionFields({ form, onChange, usualTitle }: SessionFieldsProps) {
  const project = useProject();
  const { data } = useAsked({ query: ProjectPersonasDocument, variables: { id: project.id } });
  const personas = data?.project?.personas.edges.map((edge) => edge.node.name) ?? [];
  return (
    <>
      <TextInput
        label="Title"
        description="What it is for"
        data-autofocus
        placeholder={usualTitle}
        value={form.title}
        onChange={(event) => onChange({ ...form, title: event.currentTarget.value })}
      />
      <TextInput
        label="From"
        description="A branch, a tag or a commit"
        placeholder={project.defaultBranch}
        spellCheck={false}
        value={form.ref}
        onChange={(event) => onChange({ ...form, ref: event.currentTarget.value })}
      />
      {personas.length > 0 && (
        <Select
          label="Persona"
          description="Whose limits hold"
          clearable
          data={personas.map((name) => ({ value: name, label: visibleText(name) }))}
          value={form.persona}
          onChange={(persona) => onChange({ ...form, persona })}
        />
      )}
    </>
  );
}
