import { useEffect, useState } from "react";

import { useEach } from "@/shared/graphql/useEach";
import { projectOf } from "@/shared/projects/slugs";
import { useProjects } from "@/shared/projects/useProjects";
import { commandAddress, nounAddress, sessionAddress, taskAddress } from "@/shared/routing/addresses";

import { endingWith } from "../ids/lookups";
import { FoundDocument, type FoundQuery } from "./api/Found.generated";
import { TaskOfNumberDocument } from "./api/TaskOfNumber.generated";
import { meant, shortIn, taskMeant } from "./jumps";
import { useCurrentSlug } from "./useCurrentSlug";

export interface Jump {
  id: string;
  label: string;
  address: string;
}

const TYPING_MS = 200;

/** The ids that end so; none while they are looked for. */
function useShort(suffix: string | undefined): readonly string[] {
  const [found, setFound] = useState<{ suffix: string; ids: readonly string[] }>();
  useEffect(() => {
    if (!suffix) return undefined;
    let here = true;
    const look = async () => {
      const ids = await endingWith(suffix).catch(() => []);
      if (here) setFound({ suffix, ids });
    };
    const timer = setTimeout(() => void look(), TYPING_MS);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [suffix]);
  return found && found.suffix === suffix ? found.ids : [];
}

type Named = { id: string; name: string };

function jumpTo(node: FoundQuery["node"] | undefined, slugOf: (project: Named) => string): Jump | undefined {
  switch (node?.__typename) {
    case "Session":
      return { id: node.id, label: `Session: ${node.title}`, address: sessionAddress(slugOf(node.project), node.id) };
    case "Command":
      return {
        id: node.id,
        label: `Command: ${node.text}`,
        address: commandAddress(slugOf(node.session.project), node.session.id, node.id),
      };
    case "Task":
      return { id: node.id, label: `Task: ${node.title}`, address: taskAddress(slugOf(node.project), node.number) };
    case "Report":
      return node.home
        ? { id: node.id, label: `Report: ${node.name}`, address: nounAddress(slugOf(node.home), "reports", node.id) }
        : undefined;
    default:
      return undefined;
  }
}

const MOST_PROJECTS = 20;

/** Where what was typed or pasted leads: an id, or a task's number in this page's project, or else in all of them. */
export function useJumps(text: string): Jump[] {
  const short = useShort(shortIn(text));
  const slug = useCurrentSlug();
  const { projects, slugOf } = useProjects();
  const { answers } = useEach(
    FoundDocument,
    [...meant(text), ...short].map((id) => ({ id })),
  );
  const here = slug && projectOf(slug, projects);
  const looked = here ? [here] : projects.filter((each) => !each.archived).slice(0, MOST_PROJECTS);
  const number = taskMeant(text);
  const numbered = useEach(
    TaskOfNumberDocument,
    number === undefined ? [] : looked.map((each) => ({ projectId: each.id, number })),
  );
  const tasks = numbered.answers.flatMap((answer) => answer?.taskByNumber ?? []);
  return [
    ...answers.flatMap((answer) => jumpTo(answer?.node, slugOf) ?? []),
    ...tasks.map((task) => ({
      id: task.id,
      label: `Task ${task.reference}: ${task.title}${here ? "" : ` (${task.project.name})`}`,
      address: taskAddress(slugOf(task.project), task.number),
    })),
  ];
}
