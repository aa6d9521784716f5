export interface Topic {
  readonly topic: string;
  readonly noun: string;
  readonly schemaVersion: number;
}

/** All of a noun's topics, in an address. */
export const ALL = ":all";

/** The topics that are meant, with those of whole nouns. Unknown ones stay: a later release may have written them. */
export function expanded(chosen: readonly string[] | undefined, known: readonly Topic[]): string[] | undefined {
  return chosen?.flatMap((each) =>
    each.endsWith(ALL)
      ? known.filter((topic) => topic.noun === each.slice(0, -ALL.length)).map((topic) => topic.topic)
      : [each],
  );
}

export interface Group {
  group: string;
  items: { value: string; label: string }[];
}

/** For a list to choose from: by noun, the whole noun first. Those of the address that nobody knows come last. */
export function grouped(known: readonly Topic[], chosen: readonly string[]): Group[] {
  const nouns = [...new Set(known.map((topic) => topic.noun))].toSorted();
  const groups = nouns.map((noun) => ({
    group: noun,
    items: [
      { value: noun + ALL, label: `all of ${noun}` },
      ...known.filter((topic) => topic.noun === noun).map(({ topic }) => ({ value: topic, label: topic })),
    ],
  }));
  const listed = new Set(groups.flatMap((group) => group.items.map((item) => item.value)));
  const others = chosen.filter((each) => !listed.has(each));
  return others.length === 0
    ? groups
    : [...groups, { group: "not known here", items: others.map((each) => ({ value: each, label: each })) }];
}
