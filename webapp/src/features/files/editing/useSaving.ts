import { useEffect, useRef, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { askPlain, Refused } from "@/shared/graphql/plain";

import { WriteFileDocument } from "../api/WriteFile.generated";
import { bytesOf } from "../content";
import { editable, filePart, isNotFound } from "../reading";
import { faultIn } from "../useFile";
import { type Conflict, type Known, save, type Write } from "./saving";

interface File {
  sessionId: string;
  path: string;
  /** The newest: when it is another, the file is compared. */
  tree: string;
}

const PIECE = 0x8000;

function base64Of(text: string): string {
  const bytes = bytesOf(text);
  let binary = "";
  for (let at = 0; at < bytes.length; at += PIECE) binary += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(binary);
}

async function digestOf(base: Known): Promise<string | null> {
  if (base === null) return null;
  const [{ sha256 }, { bytesToHex }] = await Promise.all([
    import("@noble/hashes/sha2.js"),
    import("@noble/hashes/utils.js"),
  ]);
  return bytesToHex(sha256(bytesOf(base)));
}

/** What the session has now. Raises Refused, also where it is no text any more that could be edited. */
async function newestOf(sessionId: string, path: string): Promise<Known> {
  const found = await editable(sessionId, path);
  if ("text" in found) return found.text;
  throw new Refused({
    code: "CONFLICT",
    message: "The session has made something else of it.",
    nextStep: found.reason,
  });
}

/** Sends a text to a session's file, on the base of what its writer has seen there. */
export function useSaving({ sessionId, path, tree }: File, begun: Known) {
  const [base, setBase] = useState(begun);
  const [saving, setSaving] = useState(false);
  const [conflict, setConflict] = useState<Conflict>();
  const [fault, setFault] = useState<Fault>();
  const [note, setNote] = useState<string>();
  const [changedElsewhere, setChangedElsewhere] = useState(false);
  const tried = useRef<string>(undefined);
  const seen = useRef({ base, saving });
  useEffect(() => {
    seen.current = { base, saving };
  });

  useEffect(() => {
    let gone = false;
    const compare = async () => {
      const text = await newestOf(sessionId, path);
      const { base: known, saving: busy } = seen.current;
      if (!gone && !busy) setChangedElsewhere(text !== known && text !== tried.current);
    };
    // whether it can be read is told when it is saved
    compare().catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [sessionId, path, tree]); // oxlint-disable-line react/exhaustive-effect-dependencies -- another tree may have another file

  const run = async (mine: string, on: Known, executable: boolean | null) => {
    setSaving(true);
    setFault(undefined);
    setNote(undefined);
    const write: Write = async (text, known) => {
      const input = { sessionId, path, content: base64Of(text), base: await digestOf(known), executable };
      const { writeFile } = await askPlain(WriteFileDocument, { input });
      return writeFile.__typename === "Failure" ? { fault: writeFile } : { tree: writeFile.tree };
    };
    try {
      const saved = await save(write, () => newestOf(sessionId, path), { mine, base: on, tried: tried.current });
      setConflict(saved.is === "conflict" ? saved.conflict : undefined);
      if (saved.is === "refused") setFault(saved.fault);
      if (saved.is !== "saved" && saved.is !== "there") return false;
      setBase(mine);
      setChangedElsewhere(false);
      setNote(saved.is === "saved" && (await isIgnored(sessionId, path, saved.tree)) ? IGNORED : "Saved.");
      return true;
    } catch (error) {
      setFault(faultIn(error));
      return false;
    } finally {
      tried.current = mine;
      setSaving(false);
    }
  };

  /** Somebody has seen what the session has, and made a choice. */
  const rebase = (on: Known) => {
    setBase(on);
    setConflict(undefined);
    setChangedElsewhere(false);
  };
  return { base, rebase, saving, conflict, setConflict, fault, note, changedElsewhere, run };
}

const IGNORED = "Saved. Git ignores it: it is in no snapshot, and cannot be shown here.";

const isIgnored = (sessionId: string, path: string, tree: string): Promise<boolean> =>
  filePart(sessionId, path, tree, 0).then(
    () => false,
    (error: unknown) => isNotFound(error),
  );
