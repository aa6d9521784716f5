import { Button, Checkbox, Group, Text } from "@mantine/core";
import { IconDeviceFloppy } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";

import { Failure } from "@/shared/ui/Failure";
import { Skeletons } from "@/shared/ui/Skeletons";

import type { EditHandle } from "../code/EditView";
import { lineBreakOf } from "../content";
import { dropDraft, keepDraft } from "../editing/drafts";
import { isMarked, merged } from "../editing/merging";
import type { Known } from "../editing/saving";
import { useSaving } from "../editing/useSaving";
import { AskMarks } from "./AskMarks";
import { ConflictChoice } from "./ConflictChoice";
import { Leaving } from "./Leaving";
import { PathLine } from "./PathLine";

import classes from "./Files.module.css";

const EditView = lazy(() => import("../code/EditView").then(({ EditView }) => ({ default: EditView })));

interface EditingProps {
  sessionId: string;
  tree: string;
  path: string;
  /** What the session had when this began. */
  base: Known;
  text: string;
  /** It was kept in this tab, and not saved. */
  restored: boolean;
  onClose: () => void;
}

const KEEP_MS = 300;

export function Editing({ sessionId, tree, path, base: begun, text, restored, onClose }: EditingProps) {
  const [mine, setMine] = useState(text);
  const [executable, setExecutable] = useState(false);
  const [askMarks, setAskMarks] = useState(false);
  const [told, setTold] = useState(restored ? "Your change, which was not saved, is as you left it." : undefined);
  const [lineBreak] = useState(() => lineBreakOf(text));
  const editor = useRef<EditHandle>(null);
  const saving = useSaving({ sessionId, path, tree }, begun);
  const { base, conflict, setConflict, fault, note, changedElsewhere } = saving;
  const isNew = base === null;
  const dirty = mine !== (base ?? "");
  const kept = useKept(sessionId, path, mine, base, dirty);

  /** Keys may be faster than the page is drawn. */
  const current = () => editor.current?.text() ?? mine;
  const send = async (on: Known, despiteMarks = false) => {
    const now = current();
    if (saving.saving || (now === (base ?? "") && !isNew && on === base)) return;
    if (isMarked(now) && !despiteMarks) return setAskMarks(true);
    setTold(undefined);
    await saving.run(now, on, on === null ? executable : null);
  };
  /** The editor's own undo brings back what was there. */
  const put = (next: string, on: Known) => {
    editor.current?.replace(next);
    setMine(next);
    saving.rebase(on);
  };
  return (
    <section className={classes.pane} aria-label="Edit the file">
      <div className={classes.bar}>
        <PathLine path={path} at={undefined} />
        <span className={classes.grow} />
        {isNew && (
          <Checkbox
            size="xs"
            label="Can be executed"
            checked={executable}
            onChange={(event) => setExecutable(event.currentTarget.checked)}
          />
        )}
        <Button variant="default" onClick={onClose}>
          {dirty ? "Cancel" : "Done"}
        </Button>
        <Button
          loading={saving.saving}
          disabled={(!dirty && !isNew) || conflict !== undefined}
          onClick={() => void send(base)}
          leftSection={<IconDeviceFloppy size={14} aria-hidden />}
        >
          Save
        </Button>
      </div>
      {fault && <Failure fault={fault} />}
      {conflict && (
        <ConflictChoice
          conflict={conflict}
          path={path}
          onMine={() => void send(conflict.theirs)}
          onTheirs={() => put(conflict.theirs ?? "", conflict.theirs)}
          onMerge={() => put(merged(current(), conflict.base ?? "", conflict.theirs ?? ""), conflict.theirs)}
          onLeave={() => setConflict(undefined)}
        />
      )}
      <div className={classes.body} hidden={conflict !== undefined}>
        <Suspense fallback={<Skeletons lines={10} height={18} />}>
          <EditView
            path={path}
            text={text}
            lineBreak={lineBreak}
            onText={setMine}
            onSave={() => void send(base)}
            handle={editor}
          />
        </Suspense>
      </div>
      <Group className={classes.foot} role="status">
        <span>{dirty ? "Not saved" : isNew ? "A new file" : "As the session has it"}</span>
        {(note ?? told) && <span>{dirty && note ? "" : (note ?? told)}</span>}
        {dirty && !kept && <span>It is too large to be kept over a reload.</span>}
        {changedElsewhere && !conflict && (
          <Text size="xs" c="var(--qd-warn)">
            The session has changed this file meanwhile: when you save, you are asked.
          </Text>
        )}
        <span className={classes.grow} />
        {!changedElsewhere && <span>Ctrl-S saves; Esc, then Tab, leaves the editor</span>}
      </Group>
      {askMarks && (
        <AskMarks
          onSave={() => {
            setAskMarks(false);
            void send(base, true);
          }}
          onClose={() => setAskMarks(false)}
        />
      )}
      <Leaving
        dirty={dirty}
        onKeep={() => keepDraft(sessionId, path, { mine: current(), base })}
        onDiscard={() => dropDraft(sessionId, path)}
      />
    </section>
  );
}

/** Keeps what is not saved over a reload; false where there is no room for it. */
function useKept(sessionId: string, path: string, mine: string, base: Known, dirty: boolean): boolean {
  const [kept, setKept] = useState(true);
  useEffect(() => {
    if (!dirty) return dropDraft(sessionId, path);
    const keep = () => setKept(keepDraft(sessionId, path, { mine, base }));
    const timer = setTimeout(keep, KEEP_MS);
    window.addEventListener("pagehide", keep);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pagehide", keep);
    };
  }, [sessionId, path, mine, base, dirty]);
  return kept;
}
