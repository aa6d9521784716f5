import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { askPlain } from "@/shared/graphql/plain";
import { Status } from "@/shared/ui/Status";

import { LogDigestsDocument } from "../api/LogDigests.generated";
import type { LogEventFragment } from "../api/LogEvent.generated";
import { GENESIS, toHex } from "../proof/chain";
import { fromBase64 } from "../proof/notes";
import { walk } from "../proof/walk";

/** Makes the digest anew, in this browser, from what is shown and the digest before. */
export function EventProof({ event }: { event: LogEventFragment }) {
  const [wrong, setWrong] = useState<string | null>();
  useEffect(() => {
    let left = false;
    check(event)
      .then((fault) => left || setWrong(fault))
      .catch(() => undefined);
    return () => {
      left = true;
    };
  }, [event]);
  if (wrong === undefined) return null;
  if (wrong) return <Status tone="bad" icon={IconCircleX} label={wrong} />;
  return <Status tone="good" icon={IconCircleCheck} label="made anew here from what is shown: the same" />;
}

async function check(event: LogEventFragment): Promise<string | null> {
  const before = event.position - 1;
  const from = before === 0 ? GENESIS : { position: before, digest: await digestAt(before) };
  const page = () => Promise.resolve([event]);
  const walked = await walk({ from, to: event.position, page, told: () => undefined, stopped: () => false });
  return walked.fault?.detail ?? null;
}

export async function digestAt(position: number): Promise<string> {
  const { logTree } = await askPlain(LogDigestsDocument, { positions: [position] });
  return toHex(fromBase64(logTree.digests[0] ?? ""));
}
