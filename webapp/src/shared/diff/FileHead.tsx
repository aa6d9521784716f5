import { ActionIcon, Checkbox, CopyButton, Tooltip } from "@mantine/core";
import {
  IconArrowsExchange,
  IconCheck,
  IconChevronDown,
  IconChevronRight,
  IconCopy,
  IconFileArrowRight,
  IconFileDiff,
  IconFileMinus,
  IconFilePlus,
  IconFileSettings,
  type Icon,
} from "@tabler/icons-react";

import type { FileStatus } from "@/shared/graphql/schema.generated";
import { HrefLink } from "@/shared/routing/HrefLink";
import { visibleText } from "@/shared/text/visible";
import { SafeText } from "@/shared/ui/SafeText";

import { kindsOf, statusWord } from "./describe";
import type { FileChangeFragment } from "./FileChange.generated";

import classes from "./Diff.module.css";

const SHAPES: Record<FileStatus, readonly [Icon, string]> = {
  ADDED: [IconFilePlus, "var(--qd-good)"],
  MODIFIED: [IconFileDiff, "var(--qd-warn)"],
  DELETED: [IconFileMinus, "var(--qd-bad)"],
  RENAMED: [IconFileArrowRight, "var(--qd-busy)"],
  TYPE_CHANGED: [IconArrowsExchange, "var(--qd-warn)"],
  MODE_CHANGED: [IconFileSettings, "var(--qd-quiet)"],
};

/** A file's state, as a picture with its word. */
export function FileMark({ file }: { file: FileChangeFragment }) {
  const [Shape, color] = SHAPES[file.status];
  return <Shape size={16} color={color} role="img" aria-label={statusWord(file)} style={{ flex: "none" }} />;
}

const BLOCKS = 5;

/** Lines that came and went, in numbers and as a bar. */
export function Counts({ file: { linesAdded, linesRemoved } }: { file: FileChangeFragment }) {
  const total = linesAdded + linesRemoved;
  if (total === 0) return null;
  const good = Math.round((linesAdded / total) * BLOCKS);
  return (
    <span className={classes.counts}>
      {linesAdded > 0 && <span className={classes.plus}>+{linesAdded}</span>}
      {linesRemoved > 0 && <span className={classes.minus}>−{linesRemoved}</span>}
      <span className={classes.bar} aria-hidden>
        {Array.from({ length: BLOCKS }, (_, at) => (
          <span key={at} data-tone={at < good ? "added" : "removed"} />
        ))}
      </span>
    </span>
  );
}

interface FileHeadProps {
  file: FileChangeFragment;
  folded: boolean;
  onFold: () => void;
  viewed: boolean;
  onViewed: ((on: boolean) => void) | undefined;
  address: string | undefined;
}

/** What a file is called, how it differs, and whether it was looked at. */
export function FileHead({ file, folded, onFold, viewed, onViewed, address }: FileHeadProps) {
  const name = visibleText(file.path);
  const kinds = kindsOf(file);
  return (
    <div className={classes.head}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        onClick={onFold}
        aria-expanded={!folded}
        aria-label={`${folded ? "Unfold" : "Fold"} ${name}`}
      >
        {folded ? <IconChevronRight size={16} aria-hidden /> : <IconChevronDown size={16} aria-hidden />}
      </ActionIcon>
      <FileMark file={file} />
      <h3 className={classes.name}>
        {file.oldPath !== null && (
          <>
            <SafeText text={file.oldPath} />
            <span className={classes.dim}> → </span>
          </>
        )}
        <SafeText text={file.path} />
        {kinds && <span className={classes.dim}> ({kinds})</span>}
      </h3>
      <CopyButton value={file.path}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : "Copy the path"}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              onClick={copy}
              aria-label={`Copy the path ${name}`}
              className={classes.wide}
            >
              {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
      <span className={classes.fill} />
      <Counts file={file} />
      {address && (
        <HrefLink href={address} size="xs" style={{ flex: "none" }} aria-label={`The file ${name}`}>
          File
        </HrefLink>
      )}
      {onViewed && (
        <Checkbox
          size="xs"
          label="Viewed"
          aria-label={`Viewed: ${name}`}
          checked={viewed}
          onChange={(event) => onViewed(event.currentTarget.checked)}
        />
      )}
    </div>
  );
}
