import { useEffect, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { askPlain } from "@/shared/graphql/plain";

import { FileBlameDocument } from "./api/FileBlame.generated";
import { type Origin, originsOf } from "./blame";
import { faultIn } from "./useFile";

interface Blamed {
  origins: readonly Origin[] | undefined;
  truncated: boolean;
  fault: Fault | undefined;
}

const NONE: Blamed = { origins: undefined, truncated: false, fault: undefined };

/** Whose the lines of a file are; asked for only where somebody wants to know. */
export function useBlame(id: string, at: string, path: string, wanted: boolean): Blamed {
  const [blamed, setBlamed] = useState(NONE);
  useEffect(() => {
    if (!wanted) return undefined;
    const end = new AbortController();
    const ask = async () => {
      const { session } = await askPlain(FileBlameDocument, { id, at, path }, end.signal);
      const blame = session?.blame;
      const origins = originsOf(blame?.ranges ?? [], session?.snapshots.edges[0]?.node.tree, Date.now());
      setBlamed({ origins, truncated: blame?.truncated ?? false, fault: undefined });
    };
    ask().catch((error: unknown) => end.signal.aborted || setBlamed({ ...NONE, fault: faultIn(error) }));
    return () => end.abort();
  }, [id, at, path, wanted]);
  return blamed;
}
