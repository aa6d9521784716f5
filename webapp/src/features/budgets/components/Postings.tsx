import { Paper, Text } from "@mantine/core";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { useMembers } from "@/shared/projects/useMembers";
import { TextLink } from "@/shared/routing/links";
import { about, useFresh } from "@/shared/streams/feed";
import { globalId } from "@/shared/text/ids";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Time } from "@/shared/ui/Time";

import { BudgetPostingsDocument } from "../api/BudgetPostings.generated";
import type { BudgetRowFragment } from "../api/BudgetRow.generated";
import { postingWords, spentBy } from "../postings";

import classes from "./Lists.module.css";

const SHOWN = 20;

/** What was posted to the ledger of this period, the last first. */
export function Postings({ budget }: { budget: BudgetRowFragment }) {
  const { may } = useViewer();
  const { nameOf } = useMembers(budget.project?.id);
  const { streamId } = budget.now;
  const { data, waiting, again } = useAsked({
    query: BudgetPostingsDocument,
    variables: { streamId, first: SHOWN },
    context: UNCACHED,
    pause: !may("event:read"),
  });
  useFresh(again, (event) => event.streamId === streamId && about("Budget")(event));
  if (!may("event:read")) return null;
  const events = data?.events.edges.map((edge) => edge.node).toReversed() ?? [];
  return (
    <Section
      title="What was posted"
      actions={
        <TextLink to="/log" search={{ stream: streamId }} size="sm">
          All of it in the log
        </TextLink>
      }
    >
      {waiting && <Skeletons lines={3} height={24} />}
      {!waiting && events.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing was spent or reserved in this period yet.
        </Text>
      )}
      {events.length > 0 && (
        <Paper withBorder component="ol" className={classes.list} aria-label="Postings">
          {events.map((event) => (
            <li key={event.id}>
              <span>
                <SafeText text={postingWords(event)} />
              </span>
              <span className={classes.dim}>
                {spentBy(event) && `${spentBy(event)} by then · `}
                {event.actorKind === "user" && event.actorId && (
                  <>
                    <SafeText text={nameOf(globalId("User", event.actorId))} />
                    {" · "}
                  </>
                )}
                <Time at={event.recordedAt} />
              </span>
            </li>
          ))}
        </Paper>
      )}
    </Section>
  );
}
