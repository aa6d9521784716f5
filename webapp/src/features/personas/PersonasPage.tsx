import { Button, Switch } from "@mantine/core";
import { IconPlus, IconUserCog } from "@tabler/icons-react";
import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { about, useFresh } from "@/shared/streams/feed";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { PersonasDocument } from "./api/Personas.generated";
import { PersonaForm } from "./components/PersonaForm";
import { PersonasTable } from "./components/PersonasTable";
import { personasRoute } from "./routes";

export function PersonasPage() {
  const project = useProject();
  const { retired = false, define = false, edit } = personasRoute.useSearch();
  const navigate = personasRoute.useNavigate();
  const { may } = useViewer();
  const [after, setAfter] = useState<string>();
  const { data, fault, waiting, again } = useAsked({
    query: PersonasDocument,
    variables: { projectId: project.id, retired, after },
    requestPolicy: "cache-and-network",
  });
  useFresh(again, about("Persona"));
  const personas = data?.project?.personas.edges.map((edge) => edge.node) ?? [];
  const { hasNextPage, endCursor } = data?.project?.personas.pageInfo ?? {};
  const edited = personas.find((persona) => persona.id === edit);
  const go = (search: { define?: boolean; edit?: string }) =>
    void navigate({ search: { ...(retired && { retired }), ...search }, resetScroll: false });
  const button = may("project:write") && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => go({ define: true })}>
      Define a persona
    </Button>
  );
  return (
    <Page
      title="Personas"
      actions={
        <>
          <Switch
            size="xs"
            label="Retired ones too"
            checked={retired}
            onChange={(event) => void navigate({ search: event.currentTarget.checked ? { retired: true } : {} })}
          />
          {personas.length > 0 && button}
        </>
      }
    >
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons />}
      {personas.length > 0 && (
        <PersonasTable
          personas={personas}
          edit={may("project:write") ? (id) => go({ edit: id }) : undefined}
          more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined}
        />
      )}
      {!waiting && !fault && personas.length === 0 && (
        <Empty icon={IconUserCog} title="No persona yet" command="qd persona define NAME" action={button}>
          A persona narrows what its sessions may take and where they may connect to: one for reviewers that only read,
          one for agents that build. The strictest of project, persona and session holds.
        </Empty>
      )}
      {define && <PersonaForm projectId={project.id} persona={undefined} close={() => go({})} />}
      {edited && <PersonaForm key={edited.id} projectId={project.id} persona={edited} close={() => go({})} />}
    </Page>
  );
}
