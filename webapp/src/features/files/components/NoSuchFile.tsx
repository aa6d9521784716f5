import { Button } from "@mantine/core";
import { IconFileOff } from "@tabler/icons-react";

import { visibleText } from "@/shared/text/visible";
import { Empty } from "@/shared/ui/Empty";

import { nameOf } from "../paths";
import type { FilesSearch } from "../routes";

interface NoSuchFileProps {
  path: string;
  search: FilesSearch;
  onWrite: (() => void) | undefined;
}

/** For a path that has no file at this point in time. */
export function NoSuchFile({ path, search, onWrite }: NoSuchFileProps) {
  return (
    <Empty
      icon={IconFileOff}
      title={`There is no ${visibleText(nameOf(path))} ${search.at ? "at this point" : "now"}`}
      action={onWrite && <Button onClick={onWrite}>Write it</Button>}
    >
      It may have been there at another point in time, or be ignored by git: such files are in no snapshot, unless the
      project keeps them.
    </Empty>
  );
}
