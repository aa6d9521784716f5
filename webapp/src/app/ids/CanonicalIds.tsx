import { useParams, useRouter, useRouterState } from "@tanstack/react-router";
import { type PropsWithChildren, useEffect, useState } from "react";

import { NoSuch } from "@/shared/projects/NoSuch";
import { Skeletons } from "@/shared/ui/Skeletons";

import { isCanonical, type Named, NAMES, withIds } from "./names";

interface ProjectNamed {
  /** As it stands in the address. */
  named: string;
  /** As it should. */
  slug: string;
  id: string;
}

/**
 * Shows a page once all in its address is named as it should be: another id leads to the same page's one address.
 * Without a project: one of the server's pages.
 */
export function CanonicalIds({ project, children }: PropsWithChildren<{ project?: ProjectNamed }>) {
  const { session, command, report, budget, alert } = useParams({ strict: false }) as Named;
  const named = { session, command, report, budget, alert };
  if (project?.named === project?.slug && isCanonical(named)) return children;
  return <Found key={JSON.stringify([project?.named, named])} project={project} named={named} />;
}

function Found({ project, named }: { project: ProjectNamed | undefined; named: Named }) {
  const router = useRouter();
  const { pathname, searchStr, hash } = useRouterState({ select: (state) => state.location });
  const [none, setNone] = useState(false);
  useEffect(() => {
    let here = true;
    const go = (uuids: Named | undefined) => {
      if (!here) return;
      if (!uuids) return setNone(true);
      const path = withIds(pathname, project && [project.named, project.slug], named, uuids);
      void router.navigate({ href: path + searchStr + (hash && `#${hash}`), replace: true });
    };
    import("./canonical").then(({ canonical }) => canonical(named, project?.id)).then(go, () => here && setNone(true));
    return () => {
      here = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- other ids are another one of this
  }, []);
  if (!none) return <Skeletons />;
  return <NoSuch noun={NAMES.findLast((name) => named[name]) ?? "session"} />;
}
