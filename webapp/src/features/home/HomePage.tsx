import { useAsked } from "@/shared/graphql/useAsked";
import { about, useFresh } from "@/shared/streams/feed";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { HomeSessionsDocument } from "./api/HomeSessions.generated";
import { Attention, useNeeds } from "./components/Attention";
import { Queue, Recent } from "./components/Recent";
import { Running } from "./components/Running";
import { useAway, WhileAway } from "./components/WhileAway";
import { WorkersRoom } from "./components/WorkersRoom";
import { finished, running, waiting } from "./work";

import classes from "./components/Home.module.css";

/** Each column is drawn once all that could push the rest of it down has been answered. */
export function HomePage() {
  const { data, fault, waiting: asking, again } = useAsked({ query: HomeSessionsDocument });
  useFresh(again, about("Session", "Command"));
  const { needs, waiting: needing } = useNeeds(data?.broken.edges.map((edge) => edge.node) ?? []);
  const away = useAway();
  return (
    <Page title="Home" badge={needs.length > 0 ? String(needs.length) : undefined}>
      {fault && <Failure fault={fault} again={again} />}
      <div className={classes.page}>
        <div className={classes.column}>
          {asking || needing ? (
            <Skeletons lines={4} height={110} />
          ) : (
            <>
              <Attention needs={needs} />
              {data && <Running sessions={running(data)} />}
              {data && <Queue waiting={waiting(data)} />}
            </>
          )}
        </div>
        <div className={classes.column}>
          {asking || away.waiting ? (
            <Skeletons lines={6} height={60} />
          ) : (
            <>
              <WhileAway told={away.told} again={away.again} />
              {data && <Recent commands={finished(data)} />}
              <WorkersRoom />
            </>
          )}
        </div>
      </div>
    </Page>
  );
}
