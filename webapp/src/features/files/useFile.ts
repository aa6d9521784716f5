import { useEffect, useRef, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { Refused } from "@/shared/graphql/plain";

import { imageOf, joined } from "./content";
import { filePart, type FilePart } from "./reading";

/** What is fetched unasked; the rest comes when somebody wants it. */
const UNASKED_BYTES = 6 * 1024 * 1024;

export interface LoadedFile extends Omit<FilePart, "data"> {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Reading {
  file: LoadedFile | undefined;
  fault: Fault | undefined;
  waiting: boolean;
  /** Fetches the next part, where there is more. */
  more: (() => void) | undefined;
  again: () => void;
}

/** A file's content, as much as is reasonable at first. What was shown stays until a newer one is there. Of one path. */
export function useFile(sessionId: string, tree: string, path: string): Reading {
  const [file, setFile] = useState<LoadedFile>();
  const [fault, setFault] = useState<Fault>();
  const [limit, setLimit] = useState(UNASKED_BYTES);
  const [turn, setTurn] = useState(0);
  const last = useRef<LoadedFile>(undefined);

  useEffect(() => {
    const end = new AbortController();
    const keep = (next: LoadedFile) => {
      last.current = next;
      setFile(next);
    };
    const read = async () => {
      const had = last.current;
      const first = had?.tree === tree ? had : await filePart(sessionId, path, tree, 0, end.signal);
      // nothing moves on the page where only other files changed
      const isSame = had !== undefined && first.object === had.object && first.kind === had.kind;
      let bytes = isSame ? had.bytes : "data" in first ? first.data : first.bytes;
      const { kind, size, object, binary } = first;
      const facts = { tree, kind, size, object, binary, path };
      setFault(undefined);
      keep({ ...facts, bytes });
      const wanted = binary && !imageOf(bytes) ? 0 : Math.min(size, limit);
      while (bytes.length < wanted) {
        const part = await filePart(sessionId, path, tree, bytes.length, end.signal);
        if (part.data.length === 0) break;
        bytes = joined([bytes, part.data]);
      }
      // together: a text is drawn twice at the most
      if (!end.signal.aborted) keep({ ...facts, bytes });
    };
    read().catch((error: unknown) => {
      if (end.signal.aborted) return;
      setFault(faultIn(error));
    });
    return () => end.abort();
  }, [sessionId, tree, path, limit, turn]); // oxlint-disable-line react/exhaustive-effect-dependencies -- another turn asks again

  const shown = file?.path === path ? file : undefined;
  const isWhole = !shown || shown.bytes.length >= shown.size || shown.binary;
  return {
    file: shown,
    fault,
    waiting: !shown && !fault,
    more: isWhole ? undefined : () => setLimit((before) => Math.max(before, shown.bytes.length) + 2 * 1024 * 1024),
    again: () => setTurn((before) => before + 1),
  };
}

/** Of whatever broke. */
export const faultIn = (error: unknown): Fault =>
  error instanceof Refused
    ? error.fault
    : { code: "UNREACHABLE", message: "The gateway does not answer.", nextStep: "Try again." };
