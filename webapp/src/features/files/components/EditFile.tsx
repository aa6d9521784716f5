import { IconPencilOff } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Skeletons } from "@/shared/ui/Skeletons";

import { type Draft, draftOf } from "../editing/drafts";
import type { Known } from "../editing/saving";
import { type Editable, editable } from "../reading";
import { faultIn } from "../useFile";
import { Editing } from "./Editing";

interface EditFileProps {
  sessionId: string;
  /** The newest: another one says that something has changed. */
  tree: string;
  path: string;
  onClose: () => void;
}

interface Start {
  draft: Draft | undefined;
  text: Known;
}

/** A file of a session in an editor, from what the session has now or from what was kept of an earlier try. */
export function EditFile({ sessionId, tree, path, onClose }: EditFileProps) {
  const [start, setStart] = useState<Start>();
  const [reason, setReason] = useState<string>();
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    let gone = false;
    const begin = (found: Editable) => {
      if (gone) return;
      if ("reason" in found) setReason(found.reason);
      else setStart({ draft: draftOf(sessionId, path), text: found.text });
    };
    editable(sessionId, path).then(begin, (error: unknown) => gone || setFault(faultIn(error)));
    return () => {
      gone = true;
    };
  }, [sessionId, path]);
  if (fault) return <Failure fault={fault} />;
  if (reason)
    return (
      <Empty icon={IconPencilOff} title="It cannot be edited here">
        {reason}
      </Empty>
    );
  if (!start) return <Skeletons lines={10} height={18} />;
  const { draft, text } = start;
  return (
    <Editing
      sessionId={sessionId}
      tree={tree}
      path={path}
      base={draft ? draft.base : text}
      text={draft?.mine ?? text ?? ""}
      restored={draft !== undefined}
      onClose={onClose}
    />
  );
}
