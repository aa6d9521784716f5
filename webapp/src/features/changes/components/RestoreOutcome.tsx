import { Alert, Loader } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useFresh } from "@/shared/streams/feed";
import { Failure } from "@/shared/ui/Failure";

import { RestoreOutcomeDocument } from "../api/RestoreOutcome.generated";
import { restoredIn } from "../restored";

/** What came of a restore that was asked for at a position of the log. */
export function RestoreOutcome({ sessionId, after }: { sessionId: string; after: number }) {
  const { data, fault, again } = useAsked({
    query: RestoreOutcomeDocument,
    variables: { sessionId, after: String(after) },
    context: UNCACHED,
  });
  useFresh(again, (event) => event.sessionId === sessionId);
  const [event] = data?.events.edges.map((edge) => edge.node) ?? [];
  if (fault) return <Failure fault={fault} again={again} />;
  if (!event)
    return (
      <Alert variant="light" p="sm" role="status" icon={<Loader size={16} />}>
        Restoring the files …
      </Alert>
    );
  const outcome = restoredIn(event.topic, event.payload);
  if ("code" in outcome) return <Failure fault={outcome} />;
  return (
    <Alert variant="light" color="green" p="sm" role="status" icon={<IconCheck size={18} aria-hidden />}>
      {outcome.said.join(" ")}
    </Alert>
  );
}
