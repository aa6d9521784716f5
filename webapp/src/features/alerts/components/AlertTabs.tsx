import { Tabs } from "@mantine/core";
import type { PropsWithChildren } from "react";

import { useProjectOrServer } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { useGo } from "@/shared/routing/HrefLink";

const TABS = [
  ["alerts", "Alerts"],
  ["rules", "Rules"],
  ["silences", "Silences"],
] as const;

export type AlertTab = (typeof TABS)[number][0];

/** The three pages about alerts, each with an address of its own. */
export function AlertTabs({ at, children }: PropsWithChildren<{ at: AlertTab }>) {
  const slug = useProjectOrServer()?.slug;
  const go = useGo();
  const base = nounAddress(slug, "alerts");
  return (
    <Tabs
      value={at}
      onChange={(next) => go(next === "alerts" ? base : `${base}/${next}`)}
      keepMounted={false}
      activateTabWithKeyboard={false}
    >
      <Tabs.List mb="sm">
        {TABS.map(([value, label]) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={at}>{children}</Tabs.Panel>
    </Tabs>
  );
}
