import { useAsked } from "./useAsked";
import { ViewerDocument } from "./Viewer.generated";

/** Who is logged in, and whether a scope of theirs lets them do something: what they cannot do is not offered. */
export function useViewer() {
  const { data } = useAsked({ query: ViewerDocument });
  return { viewer: data?.viewer, may: (scope: string) => data?.viewer.scopes.includes(scope) ?? false };
}
