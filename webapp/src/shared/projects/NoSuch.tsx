import { IconChecklist, IconTerminal2 } from "@tabler/icons-react";

import { ButtonLink } from "@/shared/routing/links";
import { Empty } from "@/shared/ui/Empty";
import { Page } from "@/shared/ui/Page";

import { useProject } from "./useProjects";

const LISTS = { session: "sessions", command: "sessions", report: "reports", task: "tasks" } as const;

/** For an id of a session, command, report or task that is nobody's, or another's: which of the two is not told. */
export function NoSuch({ noun }: { noun: keyof typeof LISTS }) {
  const { slug } = useProject();
  return (
    <Page title={`No such ${noun}`}>
      <Empty
        icon={noun === "task" ? IconChecklist : IconTerminal2}
        title={`No ${noun} has this ${noun === "task" ? "number" : "id"}`}
        command={`qd ${noun} list`}
        action={
          <ButtonLink to={`/p/$project/${LISTS[noun]}`} params={{ project: slug }}>
            To the {LISTS[noun]}
          </ButtonLink>
        }
      >
        It may be in another project, or you may not be a member of that.
      </Empty>
    </Page>
  );
}
