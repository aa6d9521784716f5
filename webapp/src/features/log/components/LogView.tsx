import { Button, Group } from "@mantine/core";
import { IconArrowUp, IconListSearch, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import type { CurrentProject } from "@/shared/projects/useProjects";
import { counted } from "@/shared/text/counts";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { LogTopicsDocument } from "../api/LogTopics.generated";
import { filterOf, isNarrowed, type LogSearch } from "../reading/search";
import { expanded } from "../reading/topics";
import { useLog } from "../reading/useLog";
import { EventDrawer } from "./EventDrawer";
import { EventTable } from "./EventTable";
import { Filters } from "./Filters";
import { Following } from "./Following";
import { Jump } from "./Jump";
import { Saving } from "./Saving";

import classes from "./LogView.module.css";

/** Further down than this one reads, and nothing may move. */
const TOP_PX = 160;

interface LogViewProps {
  project?: CurrentProject;
  search: LogSearch;
  go: (search: LogSearch, replace?: boolean) => void;
}

/** The log, newest first: live, narrowed by what stands in the address, with one event open where one is. */
export function LogView({ project, search, go }: LogViewProps) {
  const [paused, setPaused] = useState(false);
  const { data } = useAsked({ query: LogTopicsDocument, requestPolicy: "cache-and-network" });
  const topics = data?.log.topics ?? [];
  const { event: open, from, ...narrowed } = search;
  const ready = topics.length > 0 || !narrowed.topics;
  const filter = { ...filterOf(narrowed, project?.id), topics: expanded(narrowed.topics, topics) };
  const log = useLog(ready ? filter : undefined, from, () => paused || globalThis.scrollY > TOP_PX);
  const { window, fault, waiting } = log;
  const resume = () => {
    setPaused(false);
    log.show();
    globalThis.scrollTo({ top: 0 });
  };
  return (
    <Page
      title="Log"
      beside={window.live && <Following state={log.stream} paused={paused} />}
      actions={
        <>
          {window.live && (
            <Button
              variant="default"
              leftSection={
                paused ? <IconPlayerPlay size={14} aria-hidden /> : <IconPlayerPause size={14} aria-hidden />
              }
              onClick={() => (paused ? resume() : setPaused(true))}
            >
              {paused ? "Go on" : "Pause"}
            </Button>
          )}
          <Saving filter={filter} projectSlug={project?.slug} />
        </>
      }
    >
      <Filters search={search} topics={topics} go={go} />
      <Jump head={data?.log.position ?? 0} from={from} go={(to) => go({ ...search, from: to })} />
      {fault && <Failure fault={fault} again={log.again} />}
      {waiting && !fault && <Skeletons lines={10} height={30} />}
      <div>
        <div role="status" className={classes.new}>
          {window.waiting.length > 0 && (
            <Button radius="xl" leftSection={<IconArrowUp size={14} aria-hidden />} onClick={resume}>
              {window.overrun ? `more than ${window.waiting.length} new` : counted(window.waiting.length, "new event")}
            </Button>
          )}
        </div>
        {window.events.length > 0 && (
          <EventTable
            events={window.events}
            search={search}
            withProject={!project}
            open={(position) => go({ ...search, event: position })}
            more={window.older ? log.older : undefined}
          />
        )}
      </div>
      {!waiting && !fault && window.events.length === 0 && <NoEvents narrowed={isNarrowed(search)} go={go} />}
      {open !== undefined && (
        <EventDrawer
          position={open}
          known={window.events.find((event) => event.position === open)}
          topics={topics}
          search={search}
          go={go}
        />
      )}
    </Page>
  );
}

function NoEvents({ narrowed, go }: { narrowed: boolean; go: LogViewProps["go"] }) {
  if (!narrowed)
    return (
      <Empty icon={IconListSearch} title="Nothing has happened yet" command="qd run -- true">
        Whatever is done here, by people, agents and the system itself, is an event in this log, for ever.
      </Empty>
    );
  return (
    <Empty
      icon={IconListSearch}
      title="No event is like that"
      command="qd events list --help"
      action={
        <Group>
          <Button variant="default" onClick={() => go({})}>
            Show all events
          </Button>
        </Group>
      }
    >
      New ones that are come in here as they happen.
    </Empty>
  );
}
