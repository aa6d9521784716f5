import { Button, Group } from "@mantine/core";
import { IconArchive, IconCircleCheck } from "@tabler/icons-react";

import { counted } from "@/shared/text/counts";
import { visibleText } from "@/shared/text/visible";
import { CopyId } from "@/shared/ui/CopyId";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { SafeText } from "@/shared/ui/SafeText";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import type { PersonaWholeFragment } from "../api/PersonaWhole.generated";
import { narrowedBy } from "../terms";
import { RetirePersona } from "./RetirePersona";

type Edit = (id: string) => void;

const network = ({ network: rules }: PersonaWholeFragment): string => {
  if (!rules) return "as the project";
  return rules.length === 0 ? "nowhere" : counted(rules.length, "place");
};

const columns = (edit: Edit | undefined): Column<PersonaWholeFragment>[] => [
  {
    key: "state",
    header: "State",
    width: "6rem",
    priority: 2,
    cell: (persona) =>
      persona.retiredAt ? (
        <Status tone="quiet" icon={IconArchive} label="retired" />
      ) : (
        <Status tone="good" icon={IconCircleCheck} label="in use" />
      ),
  },
  { key: "name", header: "Name", cell: (persona) => <SafeText text={persona.name} /> },
  {
    key: "description",
    header: "What for",
    width: "minmax(0, 2fr)",
    priority: 2,
    cell: (persona) => <SafeText text={persona.description} />,
  },
  { key: "limits", header: "Limits of its own", priority: 3, cell: (persona) => narrowedBy(persona) || "none" },
  { key: "network", header: "Network", width: "8rem", priority: 2, cell: network },
  {
    key: "revised",
    header: "Changed",
    width: "6.5rem",
    priority: 3,
    cell: (persona) => <Time at={persona.revisedAt} />,
  },
  {
    key: "id",
    header: "Id",
    width: "6.5rem",
    priority: 3,
    cell: (persona) => <CopyId id={persona.id} label="persona id" />,
  },
  ...(edit
    ? [
        {
          key: "do",
          header: "",
          width: "9rem",
          end: true,
          cell: (persona: PersonaWholeFragment) =>
            !persona.retiredAt && (
              <Group gap={6} justify="flex-end" wrap="nowrap">
                <Button
                  variant="default"
                  size="compact-xs"
                  aria-label={`Change ${visibleText(persona.name)}`}
                  onClick={() => edit(persona.id)}
                >
                  Change
                </Button>
                <RetirePersona persona={persona} />
              </Group>
            ),
        },
      ]
    : []),
];

interface PersonasTableProps {
  personas: readonly PersonaWholeFragment[];
  /** Undefined: the viewer may not. */
  edit: Edit | undefined;
  more: (() => void) | undefined;
}

export const PersonasTable = ({ personas, edit, more }: PersonasTableProps) => (
  <DataTable label="Personas" columns={columns(edit)} rows={personas} rowKey={(persona) => persona.id} more={more} />
);
