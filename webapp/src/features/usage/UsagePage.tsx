import { Tabs } from "@mantine/core";
import { IconCoin } from "@tabler/icons-react";
import type { ComponentType } from "react";

import { type CurrentProject, useProject } from "@/shared/projects/useProjects";
import { ButtonLink } from "@/shared/routing/links";
import { useNow } from "@/shared/time/clock";
import { Page } from "@/shared/ui/Page";

import type { Board } from "./board";
import { Behind } from "./components/Behind";
import { Exporting } from "./components/Exporting";
import { Filters } from "./components/Filters";
import { RangeBar } from "./components/RangeBar";
import { type Range, rangeOf, zoomed } from "./range";
import { usageRoute } from "./routes";
import { given, TABS, type UsageSearch, type UsageTab } from "./search";
import { Calls } from "./tabs/Calls";
import { Commands } from "./tabs/Commands";
import { Cost } from "./tabs/Cost";
import { Overview } from "./tabs/Overview";
import { Sessions } from "./tabs/Sessions";
import { Tasks } from "./tabs/Tasks";
import { Tokens } from "./tabs/Tokens";
import { Top } from "./tabs/Top";

import classes from "./components/usage.module.css";

const SHOWN: Readonly<Record<UsageTab, readonly [label: string, tab: ComponentType<{ board: Board }>]>> = {
  overview: ["Overview", Overview],
  sessions: ["Sessions", Sessions],
  commands: ["Commands", Commands],
  tokens: ["Tokens", Tokens],
  cost: ["Cost", Cost],
  tasks: ["Tasks", Tasks],
  top: ["Top", Top],
  calls: ["Model calls", Calls],
};

export function UsagePage() {
  const project = useProject();
  const search = usageRoute.useSearch();
  const navigate = usageRoute.useNavigate();
  const range = rangeOf(search, useNow());
  const board = boardOf(project, search, range, (next) => void navigate({ search: next, resetScroll: false }));
  const { go } = board;
  const tab = search.tab ?? "overview";
  const Shown = SHOWN[tab][1];
  return (
    <Page
      title="Usage"
      actions={
        <>
          <ButtonLink
            to="/p/$project/prices"
            params={{ project: project.slug }}
            variant="default"
            leftSection={<IconCoin size={14} aria-hidden />}
          >
            Prices
          </ButtonLink>
          <Exporting board={board} />
        </>
      }
    >
      <search className={classes.bar} aria-label="Which usage">
        <RangeBar board={board} />
        <Filters board={board} />
      </search>
      <Tabs
        value={tab}
        onChange={(next) =>
          go({
            tab: TABS.find((each) => each === next && each !== "overview"),
            by: undefined,
            measure: undefined,
            ranking: undefined,
          })
        }
        keepMounted={false}
      >
        <Tabs.List className={classes.tabs}>
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {SHOWN[each][0]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          <Shown board={board} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function boardOf(
  project: CurrentProject,
  search: UsageSearch,
  range: Range,
  show: (search: UsageSearch) => void,
): Board {
  const board: Board = {
    project,
    search,
    range,
    go: (part) => show(given({ ...search, ...part })),
    zoom: (from, to) => show(zoomed(search, from, to)),
    links: (from, to) => <Behind board={board} from={from} to={to} />,
  };
  return board;
}
