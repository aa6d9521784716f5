import { useMounted } from "@mantine/hooks";
import { isActionsGroup, Spotlight, type SpotlightActionData, type SpotlightFilterFunction } from "@mantine/spotlight";
import { type Icon, IconArrowRight, IconFolder, IconSearch } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { useLayoutEffect, useState } from "react";

import type { PaletteContext } from "@/shared/feature";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProjects } from "@/shared/projects/useProjects";
import { searchAddress } from "@/shared/routing/addresses";
import { visibleText } from "@/shared/text/visible";

import { features } from "../features";
import { addressOf, entriesOf } from "./entries";
import { ordered, SEARCH } from "./ordered";
import { closedStore, paletteStore } from "./paletteStore";
import { useCurrentSlug } from "./useCurrentSlug";
import { useJumps } from "./useJumps";

const JUMP = "jump ";

/** Everything that can be gone to or done, by a few letters of its name. */
export function PaletteDialog() {
  const here = useMounted(); // it gives the focus back if it sees itself open, and not if it begins so
  const [query, setQuery] = useState("");
  const context = usePaletteContext();
  const actions = useActions(context, query);
  const [first] = actions;
  const jump = first?.id?.startsWith(JUMP) ? first.id : undefined;
  useLayoutEffect(() => {
    // it is found later than what has the words, and comes before that; Spotlight selects when one types, and by this mark.
    // Before it is painted: who sees it and presses Enter means it
    if (jump)
      document.querySelectorAll("[data-action]").forEach((row, at) => row.toggleAttribute("data-selected", at === 0));
  }, [jump]);
  return (
    <Spotlight
      query={query}
      onQueryChange={setQuery}
      store={here ? paletteStore : closedStore}
      shortcut={null}
      actions={actions}
      filter={filtered}
      highlightQuery
      scrollable
      centered={false}
      yOffset="12vh"
      overlayProps={{ blur: 0 }}
      maxHeight={420}
      nothingFound="Nothing is called that."
      searchProps={{
        leftSection: <IconSearch size={16} aria-hidden />,
        placeholder: "Go to, do, search, or paste an id",
        "aria-label": "Go to, do, search, or paste an id",
      }}
    />
  );
}

const filtered: SpotlightFilterFunction = (query, entries) =>
  ordered(
    query,
    entries.flatMap((each) => (isActionsGroup(each) ? each.actions : each)),
  );

function usePaletteContext(): PaletteContext {
  const router = useRouter();
  const { may } = useViewer();
  return { project: useCurrentSlug(), go: (address) => void router.navigate({ href: address }), may };
}

function useActions(context: PaletteContext, query: string) {
  const { projects, slugOf } = useProjects();
  const jumps = useJumps(query);
  const { project, go, may } = context;
  const pages = [...(project ? entriesOf("project", may) : []), ...entriesOf("server", may)];
  const icon = (Shape: Icon) => <Shape size={18} stroke={1.6} aria-hidden />;
  const action = (id: string, label: string, Shape: Icon, run: () => void, rest = {}): SpotlightActionData => ({
    id,
    label,
    leftSection: icon(Shape),
    onClick: run,
    ...rest,
  });
  return [
    ...jumps.map(({ id, label, address }) =>
      action(`${JUMP}${id}`, visibleText(label), IconArrowRight, () => go(address), { keywords: [query] }),
    ),
    ...features
      .flatMap((each) => each.commands?.(context) ?? [])
      .map(({ id, label, icon: Shape, run, ...rest }) => action(id, label, Shape, run, rest)),
    ...pages.map((each) =>
      action(`to ${each.of} ${each.to}`, each.label, each.icon, () => go(addressOf(each, project)), {
        rightSection: icon(IconArrowRight),
      }),
    ),
    ...projects.map((each) =>
      action(
        `project ${each.id}`,
        visibleText(each.name),
        IconFolder,
        () => go(`/p/${encodeURIComponent(slugOf(each))}`),
        { description: visibleText(each.repository), keywords: ["project"] },
      ),
    ),
    ...(query.trim() && may("session:read")
      ? [
          action(SEARCH, `Search for “${visibleText(query.trim())}”`, IconSearch, () =>
            go(searchAddress(project, { q: query.trim() })),
          ),
        ]
      : []),
  ];
}
