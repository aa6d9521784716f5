import { useMatches } from "@tanstack/react-router";

/** The project's slug in the address, where there is one. */
export function useCurrentSlug(): string | undefined {
  return useMatches({
    select: (matches) => matches.map((each) => (each.params as { project?: string }).project).find(Boolean),
  });
}
