import { IconCompassOff } from "@tabler/icons-react";

import { ButtonLink } from "@/shared/routing/links";
import { Empty } from "@/shared/ui/Empty";
import { Page } from "@/shared/ui/Page";

export function NotFound() {
  return (
    <Page title="Not found">
      <Empty
        icon={IconCompassOff}
        title="There is no such page"
        action={<ButtonLink to="/projects">To the projects</ButtonLink>}
      >
        The address may be misspelt, or you may not be allowed to see what it names.
      </Empty>
    </Page>
  );
}
