import { CopyButton, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import { shortId, uuidOf } from "@/shared/text/ids";

import classes from "./CopyId.module.css";

interface CopyIdProps {
  id: string;
  label?: string;
  /** What is shown of one that is no id of ours, such as a commit: all of it is copied. */
  shown?: string;
}

/** An id as `qd` shows it, which a click copies whole. */
export function CopyId({ id, label = "id", shown = shortId(id) }: CopyIdProps) {
  const whole = shown === shortId(id) ? uuidOf(id) : id;
  return (
    <CopyButton value={whole}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${label} ${whole}`}>
          <UnstyledButton className={classes.id} onClick={copy} aria-label={`Copy ${label} ${shown}`}>
            {shown}
            {copied ? <IconCheck size={12} aria-hidden /> : <IconCopy size={12} aria-hidden />}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}
