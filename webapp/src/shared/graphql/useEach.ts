import { useEffect, useState } from "react";
import { type AnyVariables, type TypedDocumentNode, useClient } from "urql";

export interface Each<Data> {
  answers: (Data | undefined)[];
  /** Some have neither been answered nor refused: draw skeletons. */
  waiting: boolean;
  again: () => void;
}

/**
 * The answers to one question about each of several things, in their order; undefined where one is not there, or was
 * refused: each of them has a page of its own, which says why.
 */
export function useEach<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  all: readonly Variables[],
  pause = false,
): Each<Data> {
  const client = useClient();
  const [answers, setAnswers] = useState<ReadonlyMap<string, Data | undefined>>(new Map());
  const keys = all.map((each) => JSON.stringify(each));
  const wanted = pause ? "" : keys.join("\n");
  useEffect(() => {
    if (!wanted) return undefined;
    const asked = wanted
      .split("\n")
      .map((key) =>
        client
          .query(document, JSON.parse(key) as Variables, { requestPolicy: "cache-and-network" })
          .subscribe(({ data }) => setAnswers((before) => new Map(before).set(key, data ?? before.get(key)))),
      );
    return () => {
      for (const each of asked) each.unsubscribe();
    };
  }, [client, document, wanted]);
  return {
    answers: keys.map((key) => answers.get(key)),
    waiting: !pause && keys.some((key) => !answers.has(key)),
    again: () => {
      for (const each of all) void client.query(document, each, { requestPolicy: "network-only" }).toPromise();
    },
  };
}
