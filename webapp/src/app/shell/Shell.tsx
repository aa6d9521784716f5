import { AppShell, Burger, Group, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { useViewer } from "@/shared/graphql/useViewer";
import { FeedProvider } from "@/shared/streams/feed";
import { Skeletons } from "@/shared/ui/Skeletons";

import { ServerScope } from "../ServerScope";
import { AccountMenu } from "./AccountMenu";
import { Breadcrumbs } from "./Breadcrumbs";
import { CommandToasts } from "./CommandToasts";
import { ConnectionBanner, ConnectionState } from "./ConnectionState";
import { KeyboardHelp } from "./KeyboardHelp";
import { Nav } from "./Nav";
import { Palette, PaletteButton } from "./Palette";
import { ProjectSwitcher } from "./ProjectSwitcher";

import classes from "./Shell.module.css";

/** The frame around every page but the log-in. */
export function Shell() {
  const [open, { toggle, close }] = useDisclosure();
  const { viewer } = useViewer();
  const main = useFocusedMain(close);
  if (!viewer)
    return (
      <div className={classes.waiting}>
        <Skeletons lines={4} />
      </div>
    );
  return (
    <FeedProvider>
      <UnstyledButton component="a" href="#main" className={classes.skip}>
        Skip to the content
      </UnstyledButton>
      <AppShell
        header={{ height: 48 }}
        navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !open } }}
        padding={{ base: "sm", sm: "lg" }}
      >
        <AppShell.Header className={classes.header}>
          <Group gap="xs" wrap="nowrap" className={classes.start}>
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Link to="/" className={classes.brand} aria-label="Quarterdeck, home">
              <Mark />
              <Text fw={650} visibleFrom="sm">
                Quarterdeck
              </Text>
            </Link>
            <ProjectSwitcher />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ConnectionState />
            <PaletteButton />
            <AccountMenu />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar}>
          <Nav onGone={close} />
        </AppShell.Navbar>
        <AppShell.Main id="main" tabIndex={-1} ref={main} className={classes.main}>
          <ConnectionBanner />
          <Breadcrumbs />
          <ServerScope>
            <Outlet />
          </ServerScope>
        </AppShell.Main>
      </AppShell>
      <Palette />
      <CommandToasts />
      <KeyboardHelp />
    </FeedProvider>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width={22} height={22} aria-hidden>
      <rect width="32" height="32" rx="7" fill="#2c59dd" />
      <path d="M8 22.5h16M8 17h16M8 11.5h9" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="23" cy="11.5" r="2.2" fill="#fff" />
    </svg>
  );
}

/** A page that was gone to is read from its beginning, by screen readers too. */
function useFocusedMain(gone: () => void) {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    gone();
    main.current?.focus({ preventScroll: true });
  }, [pathname, gone]);
  return main;
}
