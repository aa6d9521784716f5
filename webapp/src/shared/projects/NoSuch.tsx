import { IconTerminal2 } from "@tabler/icons-react";

import { ButtonLink } from "@/shared/routing/links";
import { Empty } from "@/shared/ui/Empty";
import { Page } from "@/shared/ui/Page";

import { useProject } from "./useProjects";

/** For an id of a session or command that is nobody's, or another's: which of the two is not told. */
export function NoSuch({ noun }: { noun: "session" | "command" }) {
  const { slug } = useProject();
  return (
    <Page title={`No such ${noun}`}>
      <Empty
        icon={IconTerminal2}
        title={`No ${noun} has this id`}
        command={`qd ${noun} list`}
        action={
          <ButtonLink to="/p/$project/sessions" params={{ project: slug }}>
            To the sessions
          </ButtonLink>
        }
      >
        It may be in another project, or you may not be a member of that.
      </Empty>
    </Page>
  );
}
