import { useEffect, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { askPlain, faultIn } from "@/shared/graphql/plain";

import { FindFilesDocument } from "./api/FindFiles.generated";

const TYPING_MS = 120;

interface Found {
  /** What these were asked for. */
  text: string;
  /** The best first. */
  paths: readonly string[];
  files: number;
  cut: boolean;
  fault?: Fault;
}

const NOTHING: Omit<Found, "text"> = { paths: [], files: 0, cut: false };
/** Files of a tree by letters of their paths: those of before until those of what is typed now are there. */
export function useFindFiles(sessionId: string, tree: string, text: string): Found | undefined {
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    const end = new AbortController();
    const ask = async () => {
      const { session } = await askPlain(FindFilesDocument, { id: sessionId, at: tree, text }, end.signal);
      return { text, ...(session?.findFiles ?? NOTHING) };
    };
    const timer = setTimeout(
      () =>
        void ask().then(setFound, (error: unknown) => {
          if (!end.signal.aborted) setFound({ ...NOTHING, text, fault: faultIn(error) });
        }),
      text ? TYPING_MS : 0,
    );
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }, [sessionId, tree, text]);
  return found;
}
