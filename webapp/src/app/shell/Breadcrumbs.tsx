import { Breadcrumbs as Crumbs } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";

import { useViewer } from "@/shared/graphql/useViewer";
import { HrefLink } from "@/shared/routing/HrefLink";
import { visibleText } from "@/shared/text/visible";

import { addressOf, chosenOf, entriesOf } from "./entries";
import { useCurrentSlug } from "./useCurrentSlug";

/** The way back up from a page that lies below a line of the navigation. */
export function Breadcrumbs() {
  const slug = useCurrentSlug();
  const { may } = useViewer();
  const { pathname } = useLocation();
  const entry = chosenOf([...entriesOf("server", may), ...entriesOf("project", may)], slug, pathname);
  const above = [
    ...(slug ? [{ label: visibleText(slug), address: `/p/${encodeURIComponent(slug)}` }] : []),
    ...(entry && entry.to !== "" ? [{ label: entry.label, address: addressOf(entry, slug) }] : []),
  ].filter((each) => each.address !== pathname && each.address !== "/");
  if (above.length === 0) return null;
  return (
    <Crumbs component="nav" aria-label="Where you are" mb={4} separatorMargin={6} fz="xs">
      {above.map(({ label, address }) => (
        <HrefLink key={address} href={address} c="dimmed" fz="xs">
          {label}
        </HrefLink>
      ))}
    </Crumbs>
  );
}
