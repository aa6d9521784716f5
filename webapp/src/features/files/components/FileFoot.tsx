import { Button, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

import { bytes, whole } from "@/shared/text/counts";

import { type Lines, linesIn } from "../lines";
import type { LoadedFile } from "../useFile";

import classes from "./Files.module.css";

interface FileFootProps {
  file: LoadedFile;
  more: (() => void) | undefined;
  /** As the address has them. */
  lines: string | undefined;
  onLines: (lines: Lines | undefined) => void;
}

const KINDS: Record<LoadedFile["kind"], string> = {
  FILE: "file",
  EXECUTABLE: "executable file",
  LINK: "link",
  FOLDER: "folder",
  SUBMODULE: "submodule",
};

function countLines(data: Uint8Array): number {
  let count = 0;
  for (const each of data) if (each === 10) count += 1;
  return count + (data.length > 0 && data.at(-1) !== 10 ? 1 : 0);
}

/** Facts of a file, the lines that are chosen, and the rest of one that is too large to be fetched unasked. */
export function FileFoot({ file, more, lines, onLines }: FileFootProps) {
  const isText = !file.binary && file.kind !== "LINK";
  const count = isText ? countLines(file.bytes) : 0;
  return (
    <div className={classes.foot}>
      <span>{bytes(file.size)}</span>
      {isText && !more && <span>{count === 1 ? "1 line" : `${whole(count)} lines`}</span>}
      <span>{KINDS[file.kind]}</span>
      {more && (
        <>
          <span role="status">the first {bytes(file.bytes.length)} are shown</span>
          <Button size="compact-xs" variant="default" onClick={more}>
            Show more
          </Button>
        </>
      )}
      <span className={classes.grow} />
      {isText && <LinesField lines={lines} onLines={onLines} />}
    </div>
  );
}

function LinesField({ lines, onLines }: Pick<FileFootProps, "lines" | "onLines">) {
  const [typed, setTyped] = useState(lines ?? "");
  useEffect(() => setTyped(lines ?? ""), [lines]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onLines(linesIn(typed));
      }}
    >
      <TextInput
        size="xs"
        w={130}
        aria-label="Lines to mark and link to"
        placeholder="Lines: 10-20"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={typed !== "" && !linesIn(typed)}
      />
    </form>
  );
}
