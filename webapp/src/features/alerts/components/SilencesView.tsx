import { Button, Group, Switch, Text } from "@mantine/core";
import { IconBellOff, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { useMembers } from "@/shared/projects/useMembers";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { about, useFresh } from "@/shared/streams/feed";
import { visibleText } from "@/shared/text/visible";
import { useNow } from "@/shared/time/clock";
import { Confirm } from "@/shared/ui/Confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import { EndSilenceDocument } from "../api/EndSilence.generated";
import { SilencesDocument } from "../api/Silences.generated";
import type { SilenceShownFragment } from "../api/SilenceShown.generated";
import { named } from "../kinds";
import type { SilencesSearch } from "../search";
import { AlertTabs } from "./AlertTabs";
import { Labels } from "./Labels";
import { SilenceForm } from "./SilenceForm";

type Silence = SilenceShownFragment;

interface SilencesViewProps {
  search: SilencesSearch;
  go: (search: SilencesSearch, replace?: boolean) => void;
}

interface Around {
  now: number;
  nameOf: (userId: string) => string;
  slug: string | undefined;
  /** Undefined: the viewer may not. */
  end: ((silence: Silence) => void) | undefined;
}

const holds = (silence: Silence, now: number): boolean => !silence.endedAt && Date.parse(silence.until) > now;

const columns = ({ now, nameOf, slug, end }: Around): Column<Silence>[] => [
  {
    key: "state",
    header: "State",
    width: "6rem",
    priority: 2,
    cell: (silence) =>
      holds(silence, now) ? (
        <Status tone="busy" icon={IconBellOff} label="holds" />
      ) : (
        <Status tone="quiet" icon={IconBellOff} label="over" />
      ),
  },
  { key: "alerts", header: "Alerts", cell: (silence) => <Matched silence={silence} slug={slug} /> },
  { key: "reason", header: "Why", width: "minmax(0, 2fr)", cell: (silence) => <SafeText text={silence.reason} /> },
  {
    key: "by",
    header: "By",
    width: "8rem",
    priority: 3,
    cell: (silence) => <SafeText text={nameOf(silence.setBy)} />,
  },
  {
    key: "until",
    header: "Until",
    width: "6.5rem",
    cell: (silence) => <Time at={silence.endedAt ?? silence.until} />,
  },
  ...(end
    ? [
        {
          key: "do",
          header: "",
          width: "4rem",
          end: true,
          cell: (silence: Silence) =>
            holds(silence, now) && (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`End the silence: ${visibleText(silence.reason)}`}
                onClick={() => end(silence)}
              >
                End
              </Button>
            ),
        },
      ]
    : []),
];

function Matched({ silence, slug }: { silence: Silence; slug: string | undefined }) {
  const { rule, severity, labels, project } = silence;
  const words = [rule && `rule ${rule}`, severity && named(severity)].filter(Boolean).join(", ");
  return (
    <>
      <SafeText text={words || (labels.length > 0 ? "" : project ? "all of the project" : "all of them everywhere")} />
      {words && labels.length > 0 && ", "}
      <Labels labels={labels} slug={slug} />
    </>
  );
}

/** For what nobody is told for a while. */
export function SilencesView({ search, go }: SilencesViewProps) {
  const { id: projectId, slug } = useProjectOrServer() ?? {};
  const { viewer, may } = useViewer();
  const { nameOf } = useMembers(projectId);
  const now = useNow();
  const [after, setAfter] = useState<string>();
  const [ending, setEnding] = useState<Silence>();
  const { data, fault, waiting, again } = useAsked({
    query: SilencesDocument,
    variables: { projectId, ended: search.ended === true, after },
    requestPolicy: "cache-and-network",
  });
  useFresh(again, about("Silence"));
  const silences = data?.silences.edges.map((edge) => edge.node).filter((each) => search.ended || !each.endedAt) ?? [];
  const { hasNextPage, endCursor } = data?.silences.pageInfo ?? {};
  const maySet = may("alert:write") && (projectId !== undefined || viewer?.admin === true);
  const button = maySet && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => go({ ...search, set: true })}>
      Set a silence
    </Button>
  );
  return (
    <Page title="Silences" actions={silences.length > 0 && button}>
      <AlertTabs at="silences">
        <Group mb="sm">
          <Switch
            size="xs"
            label="Those that are over, too"
            checked={search.ended === true}
            onChange={(event) => go({ ended: event.currentTarget.checked || undefined })}
          />
        </Group>
        {fault && <Failure fault={fault} again={again} />}
        {waiting && <Skeletons />}
        {silences.length > 0 && (
          <DataTable
            label="Silences"
            columns={columns({ now, nameOf, slug, end: may("alert:write") ? setEnding : undefined })}
            rows={silences}
            rowKey={(silence) => silence.id}
            more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined}
          />
        )}
        {!waiting && !fault && silences.length === 0 && (
          <Empty
            icon={IconBellOff}
            title="Nothing is silenced"
            command='qd alert silence --until 2h --rule NAME -m "why"'
            action={button}
          >
            Silenced alerts are raised and listed all the same; nobody is told of them until the silence ends.
          </Empty>
        )}
        {search.set && maySet && (
          <SilenceForm search={search} close={() => go(search.ended ? { ended: true } : {}, true)} />
        )}
        {ending && <End silence={ending} close={() => setEnding(undefined)} />}
      </AlertTabs>
    </Page>
  );
}

function End({ silence, close }: { silence: Silence; close: () => void }) {
  const { run, running, fault } = useDone(EndSilenceDocument);
  const end = async () => {
    if (await run({ input: { silenceId: silence.id } })) close();
  };
  return (
    <Confirm
      title="End this silence now?"
      yes="End it"
      running={running}
      fault={fault}
      onYes={() => void end()}
      onClose={close}
    >
      <Text size="sm">What it silences and still holds is told then.</Text>
    </Confirm>
  );
}
