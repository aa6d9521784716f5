import type { SearchQuery, SearchQueryVariables } from "./api/Search.generated";

export type Page = SearchQuery["search"];
export type Hit = Page["edges"][number]["node"];
export type Wanted = Omit<SearchQueryVariables, "first" | "after" | "waitFor">;

/** What a search found so far. */
export interface Found {
  hits: readonly Hit[];
  /** Where it goes on; undefined: everything was looked at. */
  after: string | undefined;
  /** Bytes of commands that still run, printed before what was searched. */
  skippedBytes: number;
  /** The position up to which commands that have ended were searched, where that is not the log's end. */
  behind: number | undefined;
}

export const NOTHING: Found = { hits: [], after: undefined, skippedBytes: 0, behind: undefined };
export const PAGE = 50;

/** What was found, with a page after it. `end`: the log's when the search began. */
export const joined = (found: Found, page: Page, end: number): Found => ({
  hits: [...found.hits, ...page.edges.map((edge) => edge.node)],
  after: page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? undefined) : undefined,
  skippedBytes: found.skippedBytes + page.skippedBytes,
  behind: page.searchedUpto < end ? page.searchedUpto : undefined,
});

/** Pages end after a second, also with nothing in them: goes on until there are so many more, or all is looked at. */
export async function* searched(
  ask: (after: string | undefined, first: number) => Promise<Page>,
  found: Found,
  end: number,
): AsyncGenerator<Found> {
  const enough = found.hits.length + PAGE;
  let now = found;
  do {
    now = joined(now, await ask(now.after, enough - now.hits.length), end);
    yield now;
  } while (now.after && now.hits.length < enough);
}

export interface OfCommand {
  command: Hit["command"];
  hits: readonly Hit[];
}

/** One after the other, by their command: the newest comes first. */
export function byCommand(hits: readonly Hit[]): OfCommand[] {
  const groups = new Map<string, Hit[]>();
  for (const hit of hits) groups.set(hit.command.id, [...(groups.get(hit.command.id) ?? []), hit]);
  return [...groups.values()].flatMap((some) => (some[0] ? [{ command: some[0].command, hits: some }] : []));
}

export interface Part {
  text: string;
  found: boolean;
}

/** A line in parts: what was searched for, and the rest. Ranges count code points, may touch, and overlap. */
export function parts(excerpt: string, ranges: readonly { start: number; end: number }[]): Part[] {
  const characters = [...excerpt];
  const found = characters.map((_, at) => ranges.some(({ start, end }) => start <= at && at < end));
  const all: Part[] = [];
  for (const [at, text] of characters.entries()) {
    const last = all.at(-1);
    if (last && last.found === found[at]) last.text += text;
    else all.push({ text, found: found[at] ?? false });
  }
  return all;
}
