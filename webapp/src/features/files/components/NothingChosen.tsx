import { Button } from "@mantine/core";
import { IconFiles, IconSearch } from "@tabler/icons-react";

import { counted } from "@/shared/text/counts";
import { Empty } from "@/shared/ui/Empty";

export function NothingChosen({ total, onFind }: { total: number; onFind: () => void }) {
  return total === 0 ? (
    <Empty icon={IconFiles} title="There are no files at this point">
      Folders that are empty are not kept.
    </Empty>
  ) : (
    <Empty
      icon={IconFiles}
      title="Choose a file"
      command="qd file list"
      action={
        <Button onClick={onFind} leftSection={<IconSearch size={14} aria-hidden />}>
          Go to file
        </Button>
      }
    >
      {counted(total, "entry", "entries")} at the top. What git ignores is not in a snapshot, unless the project keeps
      it.
    </Empty>
  );
}
