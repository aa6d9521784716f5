import { Alert } from "@mantine/core";
import { IconEraser } from "@tabler/icons-react";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { ErasureRecordsDocument } from "./ErasureRecords.generated";
import { factsOf } from "./words";

/** A hole in the log, and what the record of it says: who made it, when and why. */
export function Erased({ position }: { position: number }) {
  const { data } = useAsked({
    query: ErasureRecordsDocument,
    variables: { after: String(position) },
    context: UNCACHED,
  });
  const record = data?.events.edges.map((edge) => edge.node).find((each) => isAbout(each.payload, position));
  const reason = record && factsOf(record.payload).reason;
  return (
    <Alert color="gray" variant="light" icon={<IconEraser size={18} aria-hidden />} p="sm" title="Erased">
      {typeof reason === "string" ? <SafeText text={reason} /> : "What stood here was taken out of the log."}
      {record && (
        <>
          {" "}
          By {record.actorKind} <SafeText text={record.actorId} />, <Time at={record.recordedAt} />.
        </>
      )}
    </Alert>
  );
}

function isAbout(payload: string | null, position: number): boolean {
  const { events } = factsOf(payload);
  return Array.isArray(events) && events.some((each: { position?: unknown }) => each.position === position);
}
