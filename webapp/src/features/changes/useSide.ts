import { useAsked } from "@/shared/graphql/useAsked";
import { useFresh } from "@/shared/streams/feed";
import { globalId } from "@/shared/text/ids";

import { SessionPointsDocument } from "./api/SessionPoints.generated";
import { pointsOf } from "./points";
import { useSnapshots } from "./useSnapshots";

/** A session by its UUID, with the points in time of its files, as they are by now. */
export function useSide(uuid: string | undefined) {
  const id = uuid && globalId("Session", uuid);
  const asked = useAsked({ query: SessionPointsDocument, variables: { id: id ?? "" }, pause: !id });
  const { snapshots, again } = useSnapshots(id);
  const session = id && asked.data?.session?.id === id ? asked.data.session : undefined;
  useFresh(
    () => {
      asked.again();
      again();
    },
    (event) => id !== undefined && event.sessionId === id,
  );
  const [first, newest] = [snapshots?.[0], snapshots?.at(-1)];
  return {
    ...asked,
    id,
    session,
    snapshots,
    points: session && snapshots ? pointsOf(snapshots, session) : [],
    /** Names of its first tree and of the newest. */
    ends: first && newest && { first: first.tree, newest: newest.tree },
  };
}
