import { useEffect, useEffectEvent, useState } from "react";
import { useClient } from "urql";

import { UNCACHED } from "@/shared/graphql/uncached";

import {
  SessionSnapshotsDocument,
  type SessionSnapshotsQuery,
  type SessionSnapshotsQueryVariables,
} from "./api/SessionSnapshots.generated";
import type { SnapshotShownFragment } from "./api/SnapshotShown.generated";

interface Known {
  id: string;
  snapshots: readonly SnapshotShownFragment[];
}

/** All snapshots of a session, the oldest first; undefined until they are known. `again` looks what came since. */
export function useSnapshots(id: string | undefined) {
  const client = useClient();
  const [known, setKnown] = useState<Known>();
  const [round, setRound] = useState(0);
  const load = useEffectEvent(async (isOver: () => boolean) => {
    if (id === undefined) return;
    let after: string | null = null;
    const snapshots: SnapshotShownFragment[] = [];
    do {
      const asked: SessionSnapshotsQueryVariables = { id, after };
      const { data }: { data?: SessionSnapshotsQuery } = await client
        .query(SessionSnapshotsDocument, asked, UNCACHED)
        .toPromise();
      const page = data?.session?.snapshots;
      if (isOver() || !page) return;
      snapshots.push(...page.edges.map((edge) => edge.node));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    setKnown({ id, snapshots });
  });
  useEffect(() => {
    let over = false;
    void load(() => over);
    return () => {
      over = true;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- each round asks once more
  }, [id, round]);
  return {
    snapshots: id !== undefined && known?.id === id ? known.snapshots : undefined,
    again: () => setRound((last) => last + 1),
  };
}
