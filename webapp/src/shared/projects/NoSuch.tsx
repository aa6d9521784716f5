import { type Icon, IconBell, IconChecklist, IconCoin, IconTerminal2 } from "@tabler/icons-react";

import { nounAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { Empty } from "@/shared/ui/Empty";
import { Page } from "@/shared/ui/Page";

import { useProjectOrServer } from "./useProjects";

const NOUNS = {
  session: { list: "sessions", icon: IconTerminal2, command: "qd session list" },
  command: { list: "sessions", icon: IconTerminal2, command: "qd command list" },
  report: { list: "reports", icon: IconTerminal2, command: "qd report list" },
  task: { list: "tasks", icon: IconChecklist, command: "qd task list" },
  budget: { list: "budgets", icon: IconCoin, command: "qd budget list" },
  alert: { list: "alerts", icon: IconBell, command: "qd alert list --all" },
} as const satisfies Record<string, { list: string; icon: Icon; command: string }>;

/** For an id of a noun that is nobody's, or another's: which of the two is not told. */
export function NoSuch({ noun }: { noun: keyof typeof NOUNS }) {
  const slug = useProjectOrServer()?.slug;
  const { list, icon, command } = NOUNS[noun];
  return (
    <Page title={`No such ${noun}`}>
      <Empty
        icon={icon}
        title={`No ${noun} has this ${noun === "task" ? "number" : "id"}`}
        command={command}
        action={<HrefLink href={nounAddress(slug, list)}>To the {list}</HrefLink>}
      >
        It may be in another project, or you may not be a member of that.
      </Empty>
    </Page>
  );
}
