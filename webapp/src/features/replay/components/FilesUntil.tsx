import { Text } from "@mantine/core";
import { IconFiles } from "@tabler/icons-react";

import { useProject } from "@/shared/projects/useProjects";
import { sessionPlace } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { counted, whole } from "@/shared/text/counts";
import { Empty } from "@/shared/ui/Empty";
import { SafeText } from "@/shared/ui/SafeText";

import type { State } from "../core/state";

import classes from "./Replay.module.css";

const MOST = 500;
const SIGNS = { added: "+", modified: "~", deleted: "−" } as const;

/** What commands had changed until then. */
export function FilesUntil({ state, sessionId }: { state: State; sessionId: string }) {
  const { slug } = useProject();
  const files = [...state.files].filter(([, status]) => status).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const all = `${sessionPlace(slug, sessionId, "files")}?at=${encodeURIComponent(state.tree)}`;
  return (
    <div className={classes.panel}>
      <Text size="sm" c="dimmed">
        {counted(files.length, "file")} changed by commands until now
        {state.restored && "; files were restored meanwhile: some of these may be as they were"}
      </Text>
      {state.tree && (
        <HrefLink href={all} size="sm">
          All files as they were then
        </HrefLink>
      )}
      {files.length === 0 && (
        <Empty icon={IconFiles} title="Nothing changed yet">
          What commands change is listed here when they have ended.
        </Empty>
      )}
      <ul className={classes.files} aria-label="Files changed until now">
        {files.slice(0, MOST).map(([path, status]) => (
          <li key={path} data-status={status}>
            <span aria-label={status}>{status && SIGNS[status]}</span>
            <SafeText text={path} />
          </li>
        ))}
      </ul>
      {files.length > MOST && (
        <Text size="xs" c="dimmed">
          and {whole(files.length - MOST)} more: qd audit replay --at
        </Text>
      )}
    </div>
  );
}
