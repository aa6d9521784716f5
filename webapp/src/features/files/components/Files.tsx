import { Group, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useState } from "react";

import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { TextLink } from "@/shared/routing/links";
import { shortId, uuidOf } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { Page } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";

import type { FilesAtQuery } from "../api/FilesAt.generated";
import { isFolder } from "../paths";
import { type FilesSearch, filesRoute } from "../routes";
import { useTree } from "../tree/useTree";
import { useChanged } from "../useChanged";
import { EditFile } from "./EditFile";
import { FileTree } from "./FileTree";
import { FileView } from "./FileView";
import { FindFile } from "./FindFile";
import { NewFile } from "./NewFile";
import { NothingChosen } from "./NothingChosen";
import { PointPicker } from "./PointPicker";
import { TreeTools } from "./TreeTools";

import classes from "./Files.module.css";

type Session = NonNullable<FilesAtQuery["session"]>;

export function Files({ session }: { session: Session }) {
  const { slug } = useProject();
  const search = filesRoute.useSearch();
  const navigate = filesRoute.useNavigate();
  const { may } = useViewer();
  const [asks, setAsks] = useState<"find" | "new">();
  const go = (next: FilesSearch, replace = false) => void navigate({ search: next, replace });

  const { tree: name, entries, total, endCursor: cursor } = session.tree;
  const root = { tree: name, entries, total, cursor };
  const tree = useTree(session.id, root, search.path);
  const changed = useChanged(session.id, name);
  const mayEdit = may("session:write") && session.state === "READY" && search.at === undefined;
  const file = search.path && !isFolder(search.path) ? search.path : undefined;
  const choose = (path: string) => go({ path, at: search.at });
  useHotkeys([["t", () => setAsks("find")]]);

  return (
    <Page
      title="Files"
      beside={
        <>
          <Text size="sm" c="dimmed">
            of{" "}
            <TextLink
              to="/p/$project/sessions/$session"
              params={{ project: slug, session: uuidOf(session.id) }}
              size="sm"
            >
              {session.title ? <SafeText text={session.title} /> : shortId(session.id)}
            </TextLink>
          </Text>
          <CopyId id={name} label="tree" shown={name.slice(0, 12)} />
        </>
      }
      actions={
        <PointPicker
          sessionId={session.id}
          at={search.at}
          tree={name}
          onPoint={(at) => go({ ...search, at, view: search.view === "edit" ? undefined : search.view })}
        />
      }
    >
      <div className={classes.columns} data-file={file !== undefined}>
        <section className={classes.side} aria-label="All files">
          <TreeTools onFind={() => setAsks("find")} onNew={mayEdit ? () => setAsks("new") : undefined} />
          <FileTree tree={tree} changed={changed} chosen={search.path} onFile={choose} />
          <Group className={classes.sideFoot} gap={4}>
            {changed.total === 0
              ? "Nothing is changed since the start"
              : `${changed.total.toLocaleString("en")} changed since the start`}
          </Group>
        </section>
        <div className={classes.main}>
          {file === undefined ? (
            <NothingChosen total={total} onFind={() => setAsks("find")} />
          ) : search.view === "edit" && mayEdit ? (
            <EditFile
              key={file}
              sessionId={session.id}
              tree={name}
              path={file}
              onClose={() => go({ path: file }, true)}
            />
          ) : (
            <FileView
              key={file}
              sessionId={session.id}
              tree={name}
              path={file}
              search={search}
              onSearch={go}
              mayEdit={mayEdit}
            />
          )}
        </div>
      </div>
      {asks === "find" && (
        <FindFile sessionId={session.id} tree={name} onFile={choose} onClose={() => setAsks(undefined)} />
      )}
      {asks === "new" && (
        <NewFile
          beside={search.path ?? ""}
          onPath={(path) => go({ path, view: "edit" })}
          onClose={() => setAsks(undefined)}
        />
      )}
    </Page>
  );
}
