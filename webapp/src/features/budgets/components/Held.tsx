import { Paper } from "@mantine/core";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProjects } from "@/shared/projects/useProjects";
import { sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { about, useFresh } from "@/shared/streams/feed";
import { counted } from "@/shared/text/counts";
import { shortId } from "@/shared/text/ids";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";

import { BudgetHoldsDocument, type BudgetHoldsQuery } from "../api/BudgetHolds.generated";
import type { BudgetRowFragment } from "../api/BudgetRow.generated";
import { heldBy } from "../postings";

import classes from "./Lists.module.css";

type Session = BudgetHoldsQuery["sessions"]["edges"][number]["node"];

/** The sessions that stand still since this budget is used up. */
export function useHeld(uuid: string, { project, now }: BudgetRowFragment): Session[] {
  const { may } = useViewer();
  const { data, again } = useAsked({
    query: BudgetHoldsDocument,
    variables: { projectId: project?.id, since: now.exhaustedAt },
    context: UNCACHED,
    pause: !now.exhaustedAt || !may("event:read") || !may("session:read"),
  });
  useFresh(again, (event) => now.exhaustedAt !== null && about("SessionHeld", "SessionLetGo", "SessionPaused")(event));
  if (!data || !now.exhaustedAt) return [];
  const held = heldBy(
    uuid,
    data.events.edges.map(({ node }) => node),
  );
  return data.sessions.edges.map(({ node }) => node).filter((session) => held.has(session.id));
}

export function Held({ sessions }: { sessions: readonly Session[] }) {
  const { slugOf } = useProjects();
  if (sessions.length === 0) return null;
  return (
    <Section title={`${counted(sessions.length, "session waits", "sessions wait")} for it`}>
      <Paper withBorder component="ul" className={classes.list}>
        {sessions.map((session) => (
          <li key={session.id}>
            <HrefLink href={sessionAddress(slugOf(session.project), session.id)} size="sm">
              <SafeText text={session.title || shortId(session.id)} />
            </HrefLink>
            <span className={classes.dim}>
              <SafeText text={session.ownerName} />
            </span>
          </li>
        ))}
      </Paper>
    </Section>
  );
}
