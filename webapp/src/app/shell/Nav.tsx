import { NavLink, ScrollArea, Text } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";

import type { NavEntry } from "@/shared/feature";
import { useViewer } from "@/shared/graphql/useViewer";
import { useFollow } from "@/shared/routing/HrefLink";
import { SafeText } from "@/shared/ui/SafeText";

import { addressOf, chosenOf, entriesOf } from "./entries";
import { useCurrentSlug } from "./useCurrentSlug";

import classes from "./Nav.module.css";

export function Nav({ onGone }: { onGone: () => void }) {
  const slug = useCurrentSlug();
  const { may } = useViewer();
  const { pathname } = useLocation();
  const [ofServer, ofProject] = [entriesOf("server", may), slug ? entriesOf("project", may) : []];
  const chosen = chosenOf([...ofServer, ...ofProject], slug, pathname);
  const lines = (entries: NavEntry[]) =>
    entries.map((each) => (
      <Line key={each.to} entry={each} address={addressOf(each, slug)} chosen={each === chosen} onGone={onGone} />
    ));
  return (
    <ScrollArea component="nav" aria-label="Main" className={classes.nav} type="auto">
      {lines(ofServer)}
      {slug && ofProject.length > 0 && (
        <>
          <Text className={classes.project} component="h2">
            <SafeText text={slug} />
          </Text>
          {lines(ofProject)}
        </>
      )}
    </ScrollArea>
  );
}

interface LineProps {
  entry: NavEntry;
  address: string;
  chosen: boolean;
  onGone: () => void;
}

function Line({ entry: { label, icon: Shape }, address, chosen, onGone }: LineProps) {
  const follow = useFollow();
  return (
    <NavLink
      href={address}
      label={label}
      active={chosen}
      aria-current={chosen ? "page" : undefined}
      leftSection={<Shape size={17} stroke={1.7} aria-hidden />}
      className={classes.line}
      onClick={(event) => {
        onGone();
        follow(address, event);
      }}
    />
  );
}
