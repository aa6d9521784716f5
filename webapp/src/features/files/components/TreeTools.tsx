import { ActionIcon, Button, Kbd, Tooltip } from "@mantine/core";
import { IconFilePlus, IconSearch } from "@tabler/icons-react";

import classes from "./Files.module.css";

/** Above the tree: go to a file by its name, and a new one where that may be. */
export function TreeTools({ onFind, onNew }: { onFind: () => void; onNew: (() => void) | undefined }) {
  return (
    <div className={classes.sideHead}>
      <Button
        variant="default"
        fullWidth
        justify="space-between"
        onClick={onFind}
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<Kbd size="xs">t</Kbd>}
      >
        Go to file
      </Button>
      {onNew && (
        <Tooltip label="New file">
          <ActionIcon variant="default" size={30} onClick={onNew} aria-label="New file">
            <IconFilePlus size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}
