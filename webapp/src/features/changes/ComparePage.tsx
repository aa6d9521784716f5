import { ActionIcon, SimpleGrid, Stack, Text, Tooltip } from "@mantine/core";
import { IconArrowsLeftRight, IconGitCompare } from "@tabler/icons-react";

import { pageSize, useDiffPages } from "@/shared/diff/useDiffPages";
import { askPlain } from "@/shared/graphql/plain";
import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { NoSuch } from "@/shared/projects/NoSuch";
import { useProject } from "@/shared/projects/useProjects";
import { filesAt } from "@/shared/routing/addresses";
import { TextLink } from "@/shared/routing/links";
import { useFresh } from "@/shared/streams/feed";
import { globalId, shortId } from "@/shared/text/ids";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import { ComparedChangesDocument } from "./api/ComparedChanges.generated";
import { CompareSessionsDocument } from "./api/CompareSessions.generated";
import { Changed } from "./components/Changed";
import { OtherPicker } from "./components/OtherPicker";
import { PointPicker } from "./components/PointPicker";
import { SideBySide } from "./components/SideBySide";
import { linesAfter } from "./linesAfter";
import { isOpen, pointId } from "./points";
import { type CompareSearch, compareRoute } from "./routes";
import { useSide } from "./useSide";

/** How the files of two sessions differ. */
export function ComparePage() {
  const { session } = compareRoute.useParams();
  return <Shown key={session} />;
}

function Shown() {
  const params = compareRoute.useParams();
  const search = compareRoute.useSearch();
  const navigate = compareRoute.useNavigate();
  const ask = (part: Partial<CompareSearch>, replace = false) =>
    void navigate({ search: (last) => ({ ...last, ...part }), replace });
  const [own, other] = [useSide(params.session), useSide(search.with)];
  if (own.waiting) return <Skeletons />;
  if (!own.session) return own.fault ? <Failure fault={own.fault} again={own.again} /> : <NoSuch noun="session" />;
  const { session } = own;
  const swap = () =>
    search.with &&
    void navigate({
      params: { project: params.project, session: search.with },
      search: (last) => ({ ...last, with: params.session, at: search.withAt, withAt: search.at }),
    });
  return (
    <Page
      title="Compare"
      actions={
        <Tooltip label="Change them over">
          <ActionIcon variant="default" size={30} aria-label="Change them over" disabled={!search.with} onClick={swap}>
            <IconArrowsLeftRight size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      }
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <Stack gap={6}>
          <Text size="sm" c="dimmed" pt={22} pb={6}>
            What makes the files of{" "}
            <TextLink to="/p/$project/sessions/$session" params={params} size="sm">
              <SafeText text={session.title || shortId(session.id)} />
            </TextLink>{" "}
            those of the other
          </Text>
          <PointPicker
            label="At"
            points={own.points}
            value={search.at}
            usual={isOpen(session) ? "Now" : "The end"}
            onChange={(at) => ask({ at })}
          />
        </Stack>
        <Stack gap={6}>
          <OtherPicker
            own={session}
            other={other.session}
            value={search.with}
            onChange={(next) => ask({ with: next, withAt: undefined, path: undefined })}
          />
          {other.session && (
            <PointPicker
              label="At"
              points={other.points}
              value={search.withAt}
              usual={isOpen(other.session) ? "Now" : "The end"}
              onChange={(withAt) => ask({ withAt })}
            />
          )}
        </Stack>
      </SimpleGrid>
      {search.with ? (
        <Comparison a={session.id} b={globalId("Session", search.with)} onAsk={ask} />
      ) : (
        <Empty
          icon={IconGitCompare}
          title="With which session?"
          command={`qd session compare ${shortId(session.id)} OTHER`}
        >
          Such as a fork of it: what differs in their files, what each took, and how what both ran ended.
        </Empty>
      )}
    </Page>
  );
}

interface ComparisonProps {
  a: string;
  b: string;
  onAsk: (part: Partial<CompareSearch>, replace?: boolean) => void;
}

function Comparison({ a, b, onAsk }: ComparisonProps) {
  const { slug } = useProject();
  const search = compareRoute.useSearch();
  const points = { atA: pointId(search.at), atB: pointId(search.withAt) };
  const { data, fault, again } = useAsked({
    query: CompareSessionsDocument,
    variables: { a, b, ...points },
    context: UNCACHED,
  });
  const diff = useDiffPages(`${a} ${b} ${search.at} ${search.withAt}`, async (page) => {
    const ends = page.head ? { atA: page.head.from, atB: page.head.to } : points;
    const asked = { a, b, ...ends, first: pageSize(page), after: page.after };
    return (await askPlain(ComparedChangesDocument, asked, page.signal)).compareSessions.diff;
  });
  useFresh(
    () => {
      again();
      diff.again();
    },
    (event) => event.sessionId === a || event.sessionId === b,
  );
  if (fault && !data) return <Failure fault={fault} again={again} />;
  return (
    <>
      {data && <SideBySide comparison={data.compareSessions} />}
      <Changed
        label="What differs"
        diff={diff}
        about={`${a} ${b}`}
        search={search}
        onSearch={(part) => onAsk(part, true)}
        linesAfter={(file) => linesAfter(b, file, diff.head?.to)}
        fileAddress={(file) =>
          file.status === "DELETED" ? undefined : filesAt(slug, b, { path: file.path, at: search.withAt })
        }
        empty={{
          title: "Their files are the same",
          command: `qd session compare ${shortId(a)} ${shortId(b)}`,
          why: "What commands change in either shows here at once.",
        }}
      />
    </>
  );
}
