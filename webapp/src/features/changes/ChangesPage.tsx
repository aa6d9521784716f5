import { SegmentedControl, Text } from "@mantine/core";
import { IconGitCompare } from "@tabler/icons-react";

import { pageSize, useDiffPages } from "@/shared/diff/useDiffPages";
import { askPlain } from "@/shared/graphql/plain";
import { NoSuch } from "@/shared/projects/NoSuch";
import { useProject } from "@/shared/projects/useProjects";
import { filesAt } from "@/shared/routing/addresses";
import { ButtonLink, TextLink } from "@/shared/routing/links";
import { useFresh } from "@/shared/streams/feed";
import { shortId, uuidOf } from "@/shared/text/ids";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import { SessionChangesDocument } from "./api/SessionChanges.generated";
import type { SessionPointsQuery } from "./api/SessionPoints.generated";
import { Changed } from "./components/Changed";
import { Points } from "./components/Points";
import { Restore } from "./components/Restore";
import { SnapshotsTable } from "./components/SnapshotsTable";
import { linesAfter } from "./linesAfter";
import { isOpen, pointId } from "./points";
import { type ChangesSearch, changesRoute } from "./routes";
import { useSide } from "./useSide";

type Session = NonNullable<SessionPointsQuery["session"]>;

export function ChangesPage() {
  const { session } = changesRoute.useParams();
  return <Asking key={session} uuid={session} />;
}

function Asking({ uuid }: { uuid: string }) {
  const side = useSide(uuid);
  if (side.session) return <Shown side={side} session={side.session} />;
  if (side.waiting) return <Skeletons />;
  return side.fault ? <Failure fault={side.fault} again={side.again} /> : <NoSuch noun="session" />;
}

function Shown({ session, side }: { session: Session; side: ReturnType<typeof useSide> }) {
  const { id } = session;
  const { snapshots, points, ends } = side;
  const { slug } = useProject();
  const params = changesRoute.useParams();
  const search = changesRoute.useSearch();
  const navigate = changesRoute.useNavigate();
  const ask = (part: Partial<ChangesSearch>, replace = false) =>
    void navigate({ search: (last) => ({ ...last, ...part }), replace });
  const { from, to } = search;
  const diff = useDiffPages(`${id} ${from} ${to}`, async (page) => {
    const ends = { from: page.head?.from ?? pointId(from), to: page.head?.to ?? pointId(to) };
    const asked = { id, ...ends, first: pageSize(page), after: page.after };
    const { session: found } = await askPlain(SessionChangesDocument, asked, page.signal);
    if (!found) throw new Error("This session is gone.");
    return found.diff;
  });
  useFresh(
    () => to === undefined && diff.again(),
    (event) => event.sessionId === id && /^(?:Snapshot|Workspace)/.test(event.topic),
  );
  const title = session.title || shortId(id);
  return (
    <Page
      title="Changes"
      actions={
        <>
          <ButtonLink
            to="/p/$project/sessions/$session/compare"
            params={params}
            search={{ with: session.forkedFrom ? uuidOf(session.forkedFrom.sessionId) : undefined, at: to }}
            variant="default"
            leftSection={<IconGitCompare size={14} aria-hidden />}
          >
            Compare
          </ButtonLink>
          <SegmentedControl
            size="xs"
            aria-label="What is shown"
            value={search.show ?? "files"}
            onChange={(show) => ask({ show: show === "snapshots" ? show : undefined })}
            data={[
              { value: "files", label: "Files" },
              { value: "snapshots", label: "Snapshots" },
            ]}
          />
        </>
      }
    >
      <Text size="sm" c="dimmed">
        In{" "}
        <TextLink to="/p/$project/sessions/$session" params={params} size="sm">
          <SafeText text={title} />
        </TextLink>
      </Text>
      {search.show === "snapshots" ? (
        <SnapshotsTable session={session} snapshots={snapshots} onAsk={ask} />
      ) : (
        <>
          <Points
            points={points}
            from={from}
            to={to}
            open={isOpen(session)}
            ends={ends}
            onChange={(ends) => ask({ ...ends, path: undefined })}
          />
          <Changed
            label={`Changes of ${title}`}
            diff={diff}
            about={id}
            search={search}
            onSearch={(part) => ask(part, true)}
            linesAfter={(file) => linesAfter(id, file, diff.head?.to)}
            fileAddress={(file) =>
              file.status === "DELETED" ? undefined : filesAt(slug, id, { path: file.path, at: to })
            }
            leftOut
            empty={{
              title: "Nothing differs",
              command: `qd session diff ${shortId(id)}`,
              why: "What commands change in the files shows here at once.",
            }}
          />
        </>
      )}
      {search.restore && ends && (
        <Restore
          sessionId={id}
          newest={ends.newest}
          point={{ command: search.restore, moment: search.moment ?? "AFTER" }}
          onClose={() => ask({ restore: undefined, moment: undefined }, true)}
        />
      )}
    </Page>
  );
}
