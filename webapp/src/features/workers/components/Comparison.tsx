import { Alert, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useEffect, useEffectEvent } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { counted, whole } from "@/shared/text/counts";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";

import { ReadModelCheckDocument, type ReadModelCheckQuery } from "../api/ReadModelCheck.generated";
import { Differences } from "./Differences";

type Check = NonNullable<ReadModelCheckQuery["readModelCheck"]>;

/** It is no event of the log, which tells of everything else: it has to be asked for. */
const AGAIN_MS = 1000;

/** How a comparison goes, and what it found. */
export function Comparison({ id }: { id: string }) {
  const { data, fault, again } = useAsked({
    query: ReadModelCheckDocument,
    variables: { id },
    requestPolicy: "network-only",
  });
  const check = data?.readModelCheck;
  const under = !fault && check?.state !== "ENDED" && check?.state !== "FAILED";
  const ask = useEffectEvent(again);
  useEffect(() => {
    if (!under) return undefined;
    const timer = setInterval(() => document.hidden || ask(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [under]);
  if (fault) return <Failure fault={fault} again={again} />;
  if (!check || check.state === "RUNNING") return <Running check={check ?? undefined} />;
  if (check.state === "FAILED")
    return (
      <Failure
        fault={{ code: "FAILED", message: check.failure ?? "It failed.", nextStep: check.nextStep ?? "" }}
        again={again}
      />
    );
  return <Ended check={check} />;
}

function Running({ check }: { check: Check | undefined }) {
  return (
    <Stack gap={4} role="status">
      <Text size="sm">{check ? <SafeText text={check.step} /> : "Waits for the projector …"}</Text>
      <Progress
        value={check && check.total > 0 ? (check.done / check.total) * 100 : 0}
        animated
        maw={420}
        aria-label="Compared"
      />
    </Stack>
  );
}

function Ended({ check }: { check: Check }) {
  const count = check.differenceCount ?? 0;
  const what = `${counted(check.rows ?? 0, "row")} in ${counted(check.tables.length, "table")}`;
  if (count === 0)
    return (
      <Alert color="green" variant="light" icon={<IconCircleCheck size={18} aria-hidden />} role="status">
        {what} are what the log gives, at event {whole(check.position ?? 0)}.
      </Alert>
    );
  return (
    <Stack gap="xs">
      <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} aria-hidden />} role="alert">
        {counted(count, "difference")} in {what}, at event {whole(check.position ?? 0)}. They can be made anew from the
        log: <code>quarterdeck projections rebuild</code>.
      </Alert>
      <Differences checkId={check.id} />
    </Stack>
  );
}
