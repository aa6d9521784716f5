import { IconFileCheck } from "@tabler/icons-react";

import { DiffView } from "@/shared/diff/DiffView";
import type { FileChangeFragment } from "@/shared/diff/FileChange.generated";
import type { DiffLayout } from "@/shared/diff/rows";
import type { LoadedDiff } from "@/shared/diff/useDiffPages";
import type { LinesAfter } from "@/shared/diff/useFileStates";
import { useViewer } from "@/shared/graphql/useViewer";
import { uuidOf } from "@/shared/text/ids";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Skeletons } from "@/shared/ui/Skeletons";

import { LeftOut } from "./LeftOut";

interface ChangedProps {
  label: string;
  diff: LoadedDiff;
  /** What the ticks are kept for. */
  about: string;
  search: { path?: string | undefined; view?: DiffLayout | undefined };
  onSearch: (part: { path?: string; view?: DiffLayout }) => void;
  linesAfter: LinesAfter;
  /** Where a file is as it was afterwards. */
  fileAddress: (file: FileChangeFragment) => string | undefined;
  /** Whether what the later snapshot lacks is told here. */
  leftOut?: boolean;
  empty: { title: string; command: string; why: string };
}

/** A loaded diff, or why there is none. */
export function Changed({
  label,
  diff,
  about,
  search,
  onSearch,
  linesAfter,
  fileAddress,
  leftOut = false,
  empty,
}: ChangedProps) {
  const { viewer } = useViewer();
  const { head, files, fault, again } = diff;
  if (!head) return fault ? <Failure fault={fault} again={again} /> : <Skeletons lines={8} />;
  return (
    <>
      {fault && <Failure fault={fault} again={again} />}
      {head.totalFiles === 0 ? (
        <Empty icon={IconFileCheck} title={empty.title} command={empty.command}>
          {empty.why}
        </Empty>
      ) : (
        <DiffView
          label={label}
          diff={{ ...diff, files }}
          layout={search.view}
          onLayout={(view) => onSearch({ view })}
          at={search.path}
          onAt={(path) => onSearch({ path })}
          scope={`${uuidOf(viewer?.id ?? "")} ${about}`}
          linesAfter={linesAfter}
          addressOf={fileAddress}
        />
      )}
      {leftOut && <LeftOut {...head} />}
    </>
  );
}
