import { Paper, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBell,
  IconCircleCheck,
  IconCoin,
  IconFileAlert,
  IconGitMerge,
} from "@tabler/icons-react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useEach } from "@/shared/graphql/useEach";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProjects } from "@/shared/projects/useProjects";
import { nounAddress, sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { about, useFresh } from "@/shared/streams/feed";
import { useNow } from "@/shared/time/clock";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { AskingBudgetsDocument } from "../api/AskingBudgets.generated";
import { FiringAlertsDocument } from "../api/FiringAlerts.generated";
import type { HomeSessionFragment } from "../api/HomeSession.generated";
import { ProjectNeedsDocument } from "../api/ProjectNeeds.generated";
import { type Need, ofAlerts, ofBudgets, ofProjects, ofSessions, sorted } from "../needs";

import classes from "./Home.module.css";

const MOST_PROJECTS = 50;
/** Instead of a project: budgets over all of them, which admins see. */
const OVER_ALL = {};
const ICONS = {
  alert: IconBell,
  budget: IconCoin,
  conflict: IconGitMerge,
  files: IconFileAlert,
  session: IconAlertTriangle,
};
const NOUNS = { alert: "alerts", budget: "budgets", conflict: "tasks", files: "tasks", session: "sessions" };

/** What waits for this viewer, over all projects; `waiting`: not all was asked yet, so that "nothing" would be a guess. */
export function useNeeds(broken: readonly HomeSessionFragment[]): { needs: Need[]; waiting: boolean } {
  const { viewer, may } = useViewer();
  const { projects, waiting } = useProjects();
  const now = useNow();
  const looked = projects.filter((each) => !each.archived).slice(0, MOST_PROJECTS);
  const alerts = useAsked({ query: FiringAlertsDocument, pause: !may("alert:read") });
  const budgets = useEach(
    AskingBudgetsDocument,
    [...looked.map((each) => ({ projectId: each.id })), ...(viewer?.admin ? [OVER_ALL] : [])],
    !may("budget:read"),
  );
  const needs = useEach(
    ProjectNeedsDocument,
    looked.map((each) => ({ id: each.id })),
    !may("task:read"),
  );
  useFresh(() => may("alert:read") && alerts.again(), about("Alert", "Silence"));
  useFresh(budgets.again, about("Budget"));
  useFresh(needs.again, about("TaskConflict", "TaskFiles", "TaskSync"));
  return {
    needs: sorted([
      ...ofAlerts(alerts.data),
      ...ofBudgets(budgets.answers),
      ...ofProjects(needs.answers),
      ...ofSessions(broken, now),
    ]),
    waiting: waiting || alerts.waiting || budgets.waiting || needs.waiting,
  };
}

export function Attention({ needs }: { needs: readonly Need[] }) {
  if (needs.length === 0)
    return (
      <Text size="sm" c="dimmed" className={classes.calm}>
        <IconCircleCheck size={16} aria-hidden />
        Nothing needs you.
      </Text>
    );
  return (
    <Section title={`Needs attention (${needs.length})`}>
      <Paper withBorder component="ul" className={classes.list}>
        {needs.map((need) => (
          <NeedRow key={need.key} need={need} />
        ))}
      </Paper>
    </Section>
  );
}

/** Where it is seen to: budgets and alerts have pages without a project too. */
function addressOf({ kind, key, session }: Need, slug: string | undefined): string | undefined {
  if (kind === "budget" || kind === "alert") return nounAddress(slug, NOUNS[kind], key);
  if (slug === undefined) return undefined;
  return session ? sessionAddress(slug, session) : nounAddress(slug, NOUNS[kind]);
}

function NeedRow({ need }: { need: Need }) {
  const { slugOf } = useProjects();
  const Shape = ICONS[need.kind];
  const slug = need.project && slugOf(need.project);
  const address = addressOf(need, slug ?? undefined);
  return (
    <li className={classes.need} data-urgency={need.urgency}>
      <Shape size={18} stroke={1.7} aria-hidden />
      <div>
        <Text size="sm" fw={500}>
          {address ? (
            <HrefLink href={address}>
              <SafeText text={need.title} />
            </HrefLink>
          ) : (
            <SafeText text={need.title} />
          )}
        </Text>
        <Text size="xs" c="dimmed">
          <SafeText text={need.detail} />
        </Text>
      </div>
      <Text size="xs" c="dimmed" className={classes.aside}>
        {need.project && <SafeText text={need.project.name} />}
        {need.at && <Time at={need.at} />}
      </Text>
    </li>
  );
}
