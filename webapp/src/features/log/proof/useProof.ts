import { useEffect, useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";

import { LogProofDocument } from "../api/LogProof.generated";
import { type Kept, readKept, writeKept } from "./kept";
import { canCheck, type Key } from "./notes";
import { judge, type Signed } from "./trust";

export type Judged = { is: "signed"; signed: Signed } | { is: "none" } | { is: "broken"; message: string };

/** The last checkpoint, who signed it in the eyes of this browser, and what this browser remembers. */
export function useProof() {
  const asked = useAsked({ query: LogProofDocument, requestPolicy: "cache-and-network" });
  const [kept, setKept] = useState(readKept);
  const [able, setAble] = useState<boolean>();
  const [judged, setJudged] = useState<Judged>();
  const tree = asked.data?.logTree;
  useEffect(() => void canCheck().then(setAble), []);
  useEffect(() => {
    if (!tree || !able) return undefined;
    let left = false;
    const tell = (next: Judged) => left || setJudged(next);
    if (!tree.checkpoint) return void tell({ is: "none" });
    judge(tree.checkpoint.note, tree.keys, kept.key)
      .then((signed) => tell({ is: "signed", signed }))
      .catch((error: unknown) => tell({ is: "broken", message: String(error) }));
    return () => {
      left = true;
    };
  }, [tree, kept.key, able]);
  const keep = (next: Kept) => {
    writeKept(next);
    setKept(next);
  };
  const confirm = (key: Key) => keep({ key: key.written, confirmedAt: new Date().toISOString() });
  return { ...asked, able, judged, kept, keep, confirm };
}
