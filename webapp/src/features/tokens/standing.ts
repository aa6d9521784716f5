/** How a token stands at a time, and whether it is a browser's. */
interface Token {
  readonly name: string;
  readonly revoked: boolean;
  readonly expiresAt?: string | null;
}

export type Standing = "good" | "revoked" | "expired";

export function standingOf(token: Token, now: number): Standing {
  if (token.revoked) return "revoked";
  return token.expiresAt && Date.parse(token.expiresAt) <= now ? "expired" : "good";
}

/** What the gateway calls the tokens of browsers begins with. */
const WEB = "web: ";

export const isBrowser = (token: Token): boolean => token.name.startsWith(WEB);

/** A browser by its name; other tokens by theirs. */
export const shownName = (token: Token): string => (isBrowser(token) ? token.name.slice(WEB.length) : token.name);

const DAY_MS = 86_400_000;

/** When a token ends that is to be good for so many days; null: never. */
export const endOf = (days: number | undefined, now: number): string | null =>
  days === undefined ? null : new Date(now + days * DAY_MS).toISOString();
