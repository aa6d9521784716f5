import type { NavEntry } from "@/shared/feature";

import { features } from "../features";

const byOrder = (one: NavEntry, other: NavEntry): number => one.order - other.order;

/** The navigation's lines, of the server or of a project, that somebody with these scopes is offered. */
export function entriesOf(of: NavEntry["of"], may: (scope: string) => boolean): NavEntry[] {
  const all = features.flatMap((each) => each.nav ?? []);
  return all.filter((each) => each.of === of && (!each.scope || may(each.scope))).toSorted(byOrder);
}

/** Where a line leads, below a project where it is one of a project's. */
export const addressOf = (entry: NavEntry, slug: string | undefined): string => below(entry, entry.to, slug);

const below = (entry: NavEntry, to: string, slug: string | undefined): string =>
  entry.of === "project" ? `/p/${encodeURIComponent(slug ?? "")}${to}` : to;

/** The line that an address belongs to: the one that says most of it. Home is itself alone. */
export function chosenOf(entries: NavEntry[], slug: string | undefined, path: string): NavEntry | undefined {
  const holds = (address: string) => path === address || (address !== "/" && path.startsWith(`${address}/`));
  const fits = entries.flatMap((entry) =>
    [entry.to, ...(entry.also ?? [])]
      .map((to) => below(entry, to, slug))
      .filter(holds)
      .map(({ length }) => ({ entry, length })),
  );
  return fits.toSorted((one, other) => other.length - one.length)[0]?.entry;
}
