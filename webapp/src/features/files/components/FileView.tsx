import { ActionIcon, Button, SegmentedControl, Tooltip } from "@mantine/core";
import { IconDownload, IconPencil, IconSearch, IconTextWrap } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { useProject } from "@/shared/projects/useProjects";
import { commandAddress } from "@/shared/routing/addresses";
import { Failure } from "@/shared/ui/Failure";
import { Skeletons } from "@/shared/ui/Skeletons";

import { fileDownload } from "../downloads";
import { chosen, linesIn, linesText } from "../lines";
import { MOST_EDITED } from "../reading";
import type { FilesSearch } from "../routes";
import { useBlame } from "../useBlame";
import { useFile } from "../useFile";
import { BlameTable } from "./BlameTable";
import { FileBody } from "./FileBody";
import { FileFoot } from "./FileFoot";
import { NoSuchFile } from "./NoSuchFile";
import { PathLine } from "./PathLine";

import classes from "./Files.module.css";

interface FileViewProps {
  sessionId: string;
  tree: string;
  path: string;
  search: FilesSearch;
  onSearch: (next: FilesSearch, replace?: boolean) => void;
  mayEdit: boolean;
}

const PLAIN = new Set(["FILE", "EXECUTABLE"]);

/** One file: its text, whose its lines are, or what else it is. */
export function FileView({ sessionId, tree, path, search, onSearch, mayEdit }: FileViewProps) {
  const { slug } = useProject();
  const router = useRouter();
  const reading = useFile(sessionId, tree, path);
  const { file, fault, waiting, more, again } = reading;
  const isText = file !== undefined && !file.binary && PLAIN.has(file.kind);
  const blaming = search.view === "blame" && isText;
  const blame = useBlame(sessionId, tree, path, blaming);
  const [wrap, setWrap] = useState(false);
  const [finds, setFinds] = useState(0);
  const lines = linesIn(search.lines);
  const editing = mayEdit && isText && file.size <= MOST_EDITED;
  const open = (command: string) => void router.navigate({ href: commandAddress(slug, sessionId, command) });

  if (fault?.code === "NOT_FOUND" && !file)
    return (
      <NoSuchFile path={path} search={search} onWrite={mayEdit ? () => onSearch({ path, view: "edit" }) : undefined} />
    );
  return (
    <>
      <section className={classes.pane} aria-label="File">
        <div className={classes.bar}>
          <PathLine path={path} at={search.at} />
          <span className={classes.grow} />
          {isText && (
            <>
              <SegmentedControl
                aria-label="Show"
                size="xs"
                value={blaming ? "blame" : "code"}
                onChange={(next) => onSearch({ ...search, view: next === "blame" ? "blame" : undefined })}
                data={[
                  { value: "code", label: "Code" },
                  { value: "blame", label: "Blame" },
                ]}
              />
              <Tool label="Find in it" icon={IconSearch} onClick={() => setFinds((before) => before + 1)} />
              <Tool label="Wrap long lines" icon={IconTextWrap} pressed={wrap} onClick={() => setWrap(!wrap)} />
            </>
          )}
          {file && PLAIN.has(file.kind) && (
            <Button
              component="a"
              variant="default"
              href={fileDownload(sessionId, file.tree, path)}
              download
              leftSection={<IconDownload size={14} aria-hidden />}
            >
              Download
            </Button>
          )}
          {editing && (
            <Button onClick={() => onSearch({ path, view: "edit" })} leftSection={<IconPencil size={14} aria-hidden />}>
              Edit
            </Button>
          )}
        </div>
        {waiting && (
          <div className={classes.inside}>
            <Skeletons lines={10} height={18} />
          </div>
        )}
        {fault && <Failure fault={fault} again={again} />}
        {blame.fault && <Failure fault={blame.fault} />}
        {file && (
          <FileBody
            file={file}
            wrap={wrap}
            finds={finds}
            lines={lines}
            onLine={(line, extend) => {
              const next = chosen(lines, line, extend);
              onSearch({ ...search, lines: next && linesText(next) }, true);
            }}
            origins={blaming ? blame.origins : undefined}
            onOrigin={({ command }) => command && open(command)}
          />
        )}
        {file && (
          <FileFoot
            file={file}
            more={more}
            lines={search.lines}
            onLines={(next) => onSearch({ ...search, lines: next && linesText(next) }, true)}
          />
        )}
      </section>
      {blaming && blame.origins && (
        <BlameTable sessionId={sessionId} origins={blame.origins} truncated={blame.truncated} />
      )}
    </>
  );
}

interface ToolProps {
  label: string;
  icon: typeof IconSearch;
  pressed?: boolean;
  onClick: () => void;
}

function Tool({ label, icon: Shape, pressed, onClick }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant={pressed ? "filled" : "default"}
        size={30}
        aria-label={label}
        aria-pressed={pressed}
        onClick={onClick}
      >
        <Shape size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
