import { IconEraser, IconHelpCircle } from "@tabler/icons-react";

import { wordsOf } from "@/shared/events/words";
import { useProjects } from "@/shared/projects/useProjects";
import { HrefLink } from "@/shared/routing/HrefLink";
import { whole } from "@/shared/text/counts";
import { shortId } from "@/shared/text/ids";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import type { LogEventFragment } from "../api/LogEvent.generated";
import { sessionAddress } from "../reading/addresses";
import { actor } from "../reading/payloads";
import type { LogSearch } from "../reading/search";

import classes from "./EventTable.module.css";

interface EventTableProps {
  events: readonly LogEventFragment[];
  search: LogSearch;
  withProject: boolean;
  open: (position: number) => void;
  more: (() => void) | undefined;
}

interface Around {
  /** The event that is open. */
  chosen: number | undefined;
  open: (position: number) => void;
  projectOf: (id: string | null | undefined) => { name: string; slug: string } | undefined;
  withProject: boolean;
}

function columns({ chosen, open, projectOf, withProject }: Around): Column<LogEventFragment>[] {
  return [
    {
      key: "position",
      header: "Position",
      width: "5.5rem",
      end: true,
      priority: 2,
      cell: (event) => <span className={classes.position}>{whole(event.position)}</span>,
    },
    { key: "time", header: "When", width: "6rem", cell: (event) => <Time at={event.recordedAt} /> },
    {
      key: "event",
      header: "Event",
      width: "minmax(0, 4fr)",
      cell: (event) => <EventWords event={event} chosen={chosen === event.position} open={open} />,
    },
    {
      key: "actor",
      header: "By",
      width: "minmax(0, 9rem)",
      priority: 2,
      cell: (event) => <SafeText text={actor(event.actorKind, event.actorId)} />,
    },
    ...(withProject
      ? [
          {
            key: "project",
            header: "Project",
            width: "minmax(0, 8rem)",
            priority: 3 as const,
            cell: (event: LogEventFragment) => <SafeText text={projectOf(event.projectId)?.name ?? ""} />,
          },
        ]
      : []),
    {
      key: "session",
      header: "Session",
      width: "6.5rem",
      priority: 3,
      cell: (event) => {
        const project = projectOf(event.projectId);
        if (!event.sessionId || !project) return null;
        return (
          <HrefLink inherit href={sessionAddress(project.slug, event.sessionId)} className="mono">
            {shortId(event.sessionId)}
          </HrefLink>
        );
      },
    },
  ];
}

export function EventTable({ events, search, withProject, open, more }: EventTableProps) {
  const { projects, slugOf } = useProjects();
  const projectOf = (id: string | null | undefined) => {
    const project = projects.find((each) => each.id === id);
    return project && { name: project.name, slug: slugOf(project) };
  };
  return (
    <DataTable
      label="Events"
      columns={columns({ chosen: search.event, open, projectOf, withProject })}
      rows={events}
      rowKey={(event) => String(event.position)}
      more={more}
      rowHeight={34}
    />
  );
}

interface EventWordsProps {
  event: LogEventFragment;
  chosen: boolean;
  open: (position: number) => void;
}

function EventWords({ event, chosen, open }: EventWordsProps) {
  const { what, more } = wordsOf(event);
  return (
    <button
      type="button"
      className={classes.event}
      aria-current={chosen || undefined}
      onClick={() => open(event.position)}
    >
      <span className={classes.headline}>
        <SafeText text={what} />
      </span>
      {!event.known && <IconHelpCircle size={14} aria-label="Not known to this release" className={classes.odd} />}
      {event.erased && <IconEraser size={14} aria-label="Erased" className={classes.odd} />}
      <span className={classes.detail}>
        <SafeText text={more} />
      </span>
    </button>
  );
}
