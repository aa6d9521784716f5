import { IconFiles } from "@tabler/icons-react";

import { useAsked } from "@/shared/graphql/useAsked";
import { NoSuch } from "@/shared/projects/NoSuch";
import { useProject } from "@/shared/projects/useProjects";
import { TextLink } from "@/shared/routing/links";
import { useFresh } from "@/shared/streams/feed";
import { globalId } from "@/shared/text/ids";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { FilesAtDocument } from "./api/FilesAt.generated";
import { Files } from "./components/Files";
import { filesRoute } from "./routes";

/** A command's id as the API has it; a tree's name as it is. */
const pointOf = (at: string | undefined): string | null =>
  at === undefined ? null : at.length === 40 ? at : globalId("Command", at);

const NOT_YET = new Set(["CONFLICT", "NOT_READY"]);

/** The files of a session, at a point in time. */
export function FilesPage() {
  const { session: uuid } = filesRoute.useParams();
  const { at } = filesRoute.useSearch();
  const { slug } = useProject();
  const id = globalId("Session", uuid);
  const { data, fault, waiting, again } = useAsked({ query: FilesAtDocument, variables: { id, at: pointOf(at) } });
  useFresh(
    again,
    (event) => event.sessionId === id && /^(?:Snapshot|Workspace|Session|CommandFinished)/.test(event.topic),
  );
  if (waiting) return <Skeletons lines={12} height={28} />;
  if (data?.session) return <Files key={uuid} session={data.session} />;
  if (!fault) return <NoSuch noun="session" />;
  return (
    <Page title="Files">
      {NOT_YET.has(fault.code) ? (
        <Empty icon={IconFiles} title={fault.message} command={`qd session show ${uuid}`}>
          {fault.nextStep}
        </Empty>
      ) : (
        <>
          <Failure fault={fault} again={again} />
          {at && (
            <TextLink to="/p/$project/sessions/$session/files" params={{ project: slug, session: uuid }} size="sm">
              Show the files as they are now
            </TextLink>
          )}
        </>
      )}
    </Page>
  );
}
