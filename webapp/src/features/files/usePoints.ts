import { useEffect, useState } from "react";

import { askPlain } from "@/shared/graphql/plain";
import { uuidOf } from "@/shared/text/ids";

import { FilePointsDocument, type FilePointsQuery } from "./api/FilePoints.generated";

export type Point = NonNullable<FilePointsQuery["session"]>["snapshots"]["edges"][number]["node"];

const MOST_PAGES = 20;

/** The points in time of a session's files, from what it started with. `newest` says when there is another. */
export function usePoints(id: string, newest: string): readonly Point[] {
  const [points, setPoints] = useState<readonly Point[]>([]);
  useEffect(() => {
    const end = new AbortController();
    const ask = async () => {
      const found: Point[] = [];
      let after: string | null = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const { session }: FilePointsQuery = await askPlain(FilePointsDocument, { id, after }, end.signal);
        found.push(...(session?.snapshots.edges.map((edge) => edge.node) ?? []));
        after = session?.snapshots.pageInfo.endCursor ?? null;
        if (!session?.snapshots.pageInfo.hasNextPage) break;
      }
      setPoints(found);
    };
    // the picker offers now and the start without them
    ask().catch(() => undefined);
    return () => end.abort();
  }, [id, newest]); // oxlint-disable-line react/exhaustive-effect-dependencies -- with another newest there are others
  return points;
}

/** What stands for a point in an address: its command, else its tree. */
export const valueOf = (point: Point): string => (point.command ? uuidOf(point.command.id) : point.tree);

/** In the words of `qd session snapshots`. */
export function wordsOf(point: Point, isFirst: boolean): string {
  if (isFirst) return "the start";
  if (point.command) return `after ${point.command.text.trim().split("\n")[0] ?? ""}`;
  return point.writtenBy ? `written by ${point.writtenBy}` : "found between commands";
}
