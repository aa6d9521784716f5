import { Anchor } from "@mantine/core";

import { useViewer } from "@/shared/graphql/useViewer";
import { TextLink } from "@/shared/routing/links";

import type { Board } from "../board";
import { iso } from "../range";
import { TOPICS } from "../terms";

interface BehindProps {
  board: Board;
  from: number;
  to: number;
}

/** What is behind a bucket: its events in the log, its calls of models. */
export function Behind({ board: { project, search, go }, from, to }: BehindProps) {
  const { may } = useViewer();
  const tab = search.tab ?? "overview";
  const topics = TOPICS[tab];
  const times = { since: iso(from), until: iso(to) };
  return (
    <>
      {may("event:read") && topics && (
        <TextLink
          to="/p/$project/log"
          params={{ project: project.slug }}
          search={{ topics: [...topics], ...times }}
          size="sm"
        >
          Its events
        </TextLink>
      )}
      {tab !== "sessions" && tab !== "commands" && tab !== "tasks" && (
        <Anchor
          component="button"
          size="sm"
          onClick={() => go({ tab: "calls", from: times.since, to: times.until, last: undefined, bucket: undefined })}
        >
          Its model calls
        </Anchor>
      )}
    </>
  );
}
