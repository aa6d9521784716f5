import { Button, CloseButton, Group, SegmentedControl, Text } from "@mantine/core";
import { IconSearchOff } from "@tabler/icons-react";
import { useState } from "react";

import type { SearchKind } from "@/shared/graphql/schema.generated";
import { useAsked } from "@/shared/graphql/useAsked";
import { useProject } from "@/shared/projects/useProjects";
import { useEvents } from "@/shared/streams/feed";
import { bytes, whole } from "@/shared/text/counts";
import { globalId, shortId } from "@/shared/text/ids";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import { SearchedSessionDocument } from "./api/SearchedSession.generated";
import { inShell, type SearchAsked } from "./asked";
import { FoundList } from "./components/FoundList";
import { SearchBox } from "./components/SearchBox";
import { Syntax } from "./components/Syntax";
import type { Found } from "./found";
import { projectSearchRoute, searchRoute } from "./routes";
import { useResults } from "./useResults";

import classes from "./components/Search.module.css";

interface SearchProps {
  asked: SearchAsked;
  go: (asked: SearchAsked) => void;
  /** Undefined: all that the viewer may see are searched. */
  project?: { id: string; slug: string; name: string };
}

export function SearchPage() {
  const navigate = searchRoute.useNavigate();
  return <Search asked={searchRoute.useSearch()} go={(search) => void navigate({ search })} />;
}

export function ProjectSearchPage() {
  const navigate = projectSearchRoute.useNavigate();
  const project = useProject();
  return <Search asked={projectSearchRoute.useSearch()} go={(search) => void navigate({ search })} project={project} />;
}

const NAMED: Record<string, SearchKind> = { command: "COMMAND", output: "OUTPUT" };

function Search({ asked, go, project }: SearchProps) {
  const { q, kinds, session } = asked;
  const [run, setRun] = useState(0);
  const results = useResults(
    q === undefined
      ? undefined
      : {
          text: q,
          projectId: project?.id,
          sessionId: session && globalId("Session", session),
          kinds: kinds && NAMED[kinds] ? [NAMED[kinds]] : undefined,
        },
    run,
  );
  const { hits, searching, fault, more } = results;
  const none = q !== undefined && !searching && !fault && hits.length === 0;
  const changed = (part: SearchAsked) => go({ ...asked, ...part });
  return (
    <Page title={q ? `Search: ${q}` : "Search"}>
      <div className={classes.asked}>
        <SearchBox key={q} text={q ?? ""} go={(text) => changed({ q: text })} />
        <SegmentedControl
          size="xs"
          aria-label="Where"
          value={kinds ?? "all"}
          onChange={(next) => changed({ kinds: next === "command" || next === "output" ? next : undefined })}
          data={[
            { value: "all", label: "Everywhere" },
            { value: "command", label: "Commands" },
            { value: "output", label: "Output" },
          ]}
        />
        {session && <InSession uuid={session} everywhere={() => changed({ session: undefined })} />}
      </div>
      {fault && <Failure fault={fault} again={() => setRun(run + 1)} />}
      {q && !fault && <Said key={`${q} ${run}`} results={results} project={project} again={() => setRun(run + 1)} />}
      {searching && hits.length === 0 && <Skeletons />}
      <FoundList hits={hits} manyProjects={!project} ofSession={session !== undefined} />
      {more && (
        <Button variant="default" onClick={more} style={{ alignSelf: "start" }}>
          Search on
        </Button>
      )}
      {none && (
        <Empty icon={IconSearchOff} title="Nothing was found" command={inShell(asked, project?.name)}>
          All words have to be in one line, and each is a whole one: <code>foo_bar</code> is found by <code>foo*</code>,
          and not by <code>bar</code>. What was erased is not found.
        </Empty>
      )}
      {(!q || none || fault) && <Syntax go={(text) => changed({ q: text })} />}
    </Page>
  );
}

/** One session alone is searched. */
function InSession({ uuid, everywhere }: { uuid: string; everywhere: () => void }) {
  const { data } = useAsked({ query: SearchedSessionDocument, variables: { id: globalId("Session", uuid) } });
  const name = data?.session?.title || shortId(uuid);
  return (
    <Group gap={4} wrap="nowrap">
      <Text size="sm">
        <SafeText text={`in ${name}`} />
      </Text>
      <CloseButton size="sm" onClick={everywhere} aria-label="Search all sessions" />
    </Group>
  );
}

interface SaidProps {
  results: Found & { searching: boolean };
  project: SearchProps["project"];
  again: () => void;
}

/** How many there are, what was not searched, and whether there is more by now. */
function Said({ results: { hits, after, searching, skippedBytes, behind }, project, again }: SaidProps) {
  const [stale, setStale] = useState(false);
  useEvents((events) => {
    if (events.some(({ topic }) => topic === "CommandRequested" || topic === "CommandFinished")) setStale(true);
  }, project?.id);
  const lines = hits.length === 1 ? "1 line" : `${whole(hits.length)}${after ? " or more" : ""} lines`;
  return (
    <div className={classes.said} role="status">
      <Text size="sm" c="dimmed">
        {searching ? `Searching … ${hits.length > 0 ? lines : ""}` : hits.length > 0 && lines}
      </Text>
      {skippedBytes > 0 && (
        <Text size="sm" c="var(--qd-warn)">
          Not searched: {bytes(skippedBytes)} that commands which still run printed earlier.
        </Text>
      )}
      {behind !== undefined && !searching && (
        <Text size="sm" c="var(--qd-warn)">
          <SafeText text={`Not searched yet: commands that ended after event ${whole(behind)}.`} />
        </Text>
      )}
      {(stale || behind !== undefined) && !searching && (
        <Button variant="default" size="compact-xs" onClick={again}>
          {stale ? "More was run since: search again" : "Search again"}
        </Button>
      )}
    </div>
  );
}
