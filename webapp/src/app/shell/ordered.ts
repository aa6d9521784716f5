interface Entry {
  id: string;
  label?: string;
  description?: string;
  keywords?: string | string[];
}

export const SEARCH = "search for";
const MOST = 30;

/** What there is to a text: what is called so, then what is described so, and always the search for it, as the last. */
export function ordered<Some extends Entry>(query: string, entries: readonly Some[]): Some[] {
  const text = query.trim().toLowerCase();
  const has = (words: string | undefined) => words?.toLowerCase().includes(text) ?? false;
  const others = entries.filter(({ id }) => id !== SEARCH);
  const named = others.filter(({ label }) => has(label));
  const described = others.filter(
    (each) => !has(each.label) && (has(each.description) || [each.keywords].flat().some(has)),
  );
  return [...[...named, ...described].slice(0, MOST), ...entries.filter(({ id }) => id === SEARCH)];
}
