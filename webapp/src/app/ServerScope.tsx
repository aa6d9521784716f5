import { useParams } from "@tanstack/react-router";
import type { PropsWithChildren } from "react";

import { CanonicalIds } from "./ids/CanonicalIds";

/** For the server's own pages. Those of a project have a scope of theirs. */
export function ServerScope({ children }: PropsWithChildren) {
  const { project } = useParams({ strict: false });
  return project === undefined ? <CanonicalIds>{children}</CanonicalIds> : children;
}
