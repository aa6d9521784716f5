import { CopyButton, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import { shortId, uuidOf } from "@/shared/text/ids";

import classes from "./CopyId.module.css";

/** An id as `qd` shows it, which a click copies whole. */
export function CopyId({ id, label = "id" }: { id: string; label?: string }) {
  return (
    <CopyButton value={uuidOf(id)}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${label} ${uuidOf(id)}`}>
          <UnstyledButton className={classes.id} onClick={copy} aria-label={`Copy ${label} ${shortId(id)}`}>
            {shortId(id)}
            {copied ? <IconCheck size={12} aria-hidden /> : <IconCopy size={12} aria-hidden />}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}
