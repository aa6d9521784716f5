import type { CombinedError } from "@urql/core";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { useClient } from "urql";

import { type Fault, faultOf } from "@/shared/graphql/faults";
import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { byPosition } from "@/shared/streams/cursors";
import { useFresh } from "@/shared/streams/feed";
import { LogHeadDocument } from "@/shared/streams/LogHead.generated";
import { useStream } from "@/shared/streams/useStream";

import { TaskChangesDocument, type TaskChangesSubscription } from "../api/TaskChanges.generated";
import { filterOf, groupingOf, type TasksSearch } from "../search";
import { type Arrangement, byUrgency, type Card, type ColumnKey, keeping, newestFirst } from "./columns";
import { answered, type Change, changed, expecting, type Kept, NOTHING, settled, shownOf } from "./kept";
import { FIRST, MORE, readBoard, readList } from "./reading";

type Changed = TaskChangesSubscription["taskChanged"];
const cursor = byPosition<Changed>();

/** Follows what happens to a project's tasks, after a position: the last of each task in each batch. */
export function useTaskChanges(
  projectId: string,
  after: number | undefined,
  onChanges: (changes: readonly Change[]) => void,
): void {
  useStream({
    document: TaskChangesDocument,
    variables: (at) => ({ projectId, after: at }),
    cursor,
    after,
    key: projectId,
    onBatch: (batch) => {
      const last = new Map(batch.map((each) => [each.taskId, each]));
      onChanges([...last.values()].map(({ task, position }) => ({ card: task, at: position })));
    },
  });
}

/** A project's tasks in columns, as they are now. A list is one column. */
export function useTasks(projectId: string, search: TasksSearch) {
  const client = useClient();
  const { viewer } = useViewer();
  const head = useAsked({ query: LogHeadDocument, requestPolicy: "network-only" });
  const begin = head.data?.log.position;
  const [kept, setKept] = useState<Kept & { key: string }>({ ...NOTHING, key: "" });
  const [seen, setSeen] = useState<ReadonlyMap<string, number>>(new Map());
  const [fault, setFault] = useState<Fault>();
  const wanted = useRef(new Map<ColumnKey, number>());
  const at = useRef(0);

  const { view, text } = search;
  const filter = filterOf(search);
  const grouping = view === "list" ? undefined : groupingOf(search);
  const key = JSON.stringify([projectId, grouping, text, filter]);

  const ask = async () => {
    const from = Math.max(at.current, begin ?? 0);
    const asked = { projectId, filter, text };
    try {
      const columns = grouping
        ? await readBoard(client, asked, grouping, wanted.current, from)
        : await readList(client, asked, undefined, wanted.current.get(null) ?? MORE, from);
      if (current.current !== key) return;
      setFault(undefined);
      setKept((last) => ({ ...answered(last.key === key ? last : NOTHING, columns, from), key }));
    } catch (error) {
      if (current.current === key) setFault(faultOf(error as CombinedError));
    }
  };

  const current = useRef(key);
  const begun = begin !== undefined;
  const askAnew = useEffectEvent(() => {
    wanted.current = new Map();
    current.current = key;
    void ask();
  });
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another key is another question
  useEffect(() => (begun ? askAnew() : undefined), [key, begun]);

  const change = (next: (last: Kept) => Kept) => setKept((last) => ({ ...next(last), key: last.key }));
  const hear = (changes: readonly Change[]) => {
    for (const each of changes) at.current = Math.max(at.current, each.at);
    change((last) => changes.reduce(changed, last));
  };
  useTaskChanges(projectId, begin, (changes) => {
    setSeen((last) => new Map([...last, ...changes.map((each) => [each.card.id, each.at] as const)]));
    hear(changes);
  });
  useFresh(
    () => void ask(),
    (event) => event.projectId === projectId && event.topic.startsWith("Task"),
  );

  const arrangement: Arrangement = {
    grouping,
    order: grouping ? byUrgency : text ? undefined : newestFirst,
    keeps: keeping(filter, text, viewer?.id),
  };
  // oxlint-disable-next-line react/exhaustive-deps -- the key stands for the arrangement
  const columns = useMemo(() => (kept.key === key ? shownOf(kept, arrangement) : undefined), [kept, key, viewer?.id]);
  return {
    columns,
    fault: fault ?? head.fault,
    waiting: !columns && !fault && !head.fault,
    /** By a task's id the position of what was last heard of it. */
    seen,
    again: () => void ask(),
    more: (of: ColumnKey) => {
      wanted.current.set(of, (wanted.current.get(of) ?? (grouping ? FIRST : MORE)) + MORE);
      void ask();
    },
    expect: (card: Card) => change((last) => expecting(last, card)),
    /** `done`: as it is now; without, it is put back. */
    settle: (id: string, done?: Change) => {
      if (done) hear([done]);
      change((last) => settled(last, id));
    },
  };
}

export type LiveTasks = ReturnType<typeof useTasks>;
