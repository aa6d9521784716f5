import { IconTerminal } from "@tabler/icons-react";

import { useProject } from "@/shared/projects/useProjects";
import { ButtonLink } from "@/shared/routing/links";
import { Empty } from "@/shared/ui/Empty";
import { Page } from "@/shared/ui/Page";

export function NoCommand() {
  const { slug } = useProject();
  return (
    <Page title="No such command">
      <Empty
        icon={IconTerminal}
        title="No command has this id"
        command="qd command list"
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
