import { useAsked } from "@/shared/graphql/useAsked";
import { about, useFresh } from "@/shared/streams/feed";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { HomeSessionsDocument } from "./api/HomeSessions.generated";
import { Attention, useNeeds } from "./components/Attention";
import { Queue, Recent } from "./components/Recent";
import { Running } from "./components/Running";
import { WhileAway } from "./components/WhileAway";
import { WorkersRoom } from "./components/WorkersRoom";
import { finished, running, waiting } from "./work";

import classes from "./components/Home.module.css";

export function HomePage() {
  const { data, fault, waiting: asking, again } = useAsked({ query: HomeSessionsDocument });
  useFresh(again, about("Session", "Command"));
  const needs = useNeeds(data?.broken.edges.map((edge) => edge.node) ?? []);
  return (
    <Page title="Home" badge={needs.length > 0 ? String(needs.length) : undefined}>
      {fault && <Failure fault={fault} again={again} />}
      <div className={classes.page}>
        <div className={classes.column}>
          <Attention needs={needs} />
          {asking && <Skeletons lines={3} height={110} />}
          {data && <Running sessions={running(data)} />}
          {data && <Queue waiting={waiting(data)} />}
        </div>
        <div className={classes.column}>
          <WhileAway />
          {data && <Recent commands={finished(data)} />}
          <WorkersRoom />
        </div>
      </div>
    </Page>
  );
}
