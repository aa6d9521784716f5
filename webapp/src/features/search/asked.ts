export const KINDS = ["command", "output"] as const;

const MOST_CHARACTERS = 500;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What is searched for, as it stands in the address. */
export interface SearchAsked {
  q?: string;
  /** Only in commands' texts, or only in what they printed. */
  kinds?: (typeof KINDS)[number];
  /** Only in this session, by its UUID. */
  session?: string;
}

/** A number in an address is a text as well: it may be what is searched for. */
const textOf = (value: unknown): string => (["string", "number", "boolean"].includes(typeof value) ? `${value}` : "");

export function validateSearch(search: Record<string, unknown>): SearchAsked {
  const q = textOf(search.q).trim().slice(0, MOST_CHARACTERS);
  const session = textOf(search.session);
  return {
    q: q || undefined,
    kinds: KINDS.find((each) => each === search.kinds),
    session: UUID.test(session) ? session : undefined,
  };
}

/** The same with `qd`, to be pasted into a shell. */
export function inShell({ q = "", kinds, session }: SearchAsked, project: string | undefined): string {
  const quoted = (text: string) => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);
  const where = session ? ["-s", session] : project === undefined ? ["--all"] : ["-p", quoted(project)];
  const text = q.startsWith("-") ? ["--", quoted(q)] : [quoted(q)];
  return ["qd", "search", ...where, ...(kinds ? ["--in", kinds] : []), ...text].join(" ");
}
