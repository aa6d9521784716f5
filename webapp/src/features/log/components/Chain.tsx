import { Alert, Button, Group, Progress, Radio, Stack, Text } from "@mantine/core";
import { IconAlertOctagon, IconCircleCheck, IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";

import { counted, whole } from "@/shared/text/counts";
import { Section } from "@/shared/ui/Page";
import { Time } from "@/shared/ui/Time";

import type { Kept } from "../proof/kept";
import { keptAfter, type Range, rangesFor, RECENT, startOf } from "../proof/ranges";
import type { Signed } from "../proof/trust";
import { useWalk } from "../proof/useWalk";
import type { Order, Report } from "../proof/walking.worker";
import { digestAt } from "./EventProof";

interface ChainProps {
  signed: Signed;
  /** The log's newest event. */
  position: number;
  admin: boolean;
  kept: Kept;
  keep: (kept: Kept) => void;
}

/** Checks the chain of digests up to the checkpoint and on to the newest event. */
export function Chain({ signed, position, admin, kept, keep }: ChainProps) {
  const [chosen, setChosen] = useState<Range>();
  const [last, setLast] = useState<{ order: Order; report: Report }>();
  const { order, report, begin, stop } = useWalk((done, told) => {
    setLast({ order: done, report: told });
    if (told.is === "done" && !told.walked.fault)
      keep(keptAfter(kept, done.from, told.walked.head, new Date().toISOString()));
  });
  const ranges = rangesFor(position, kept);
  const range = chosen && ranges.includes(chosen) ? chosen : (ranges[0] ?? "all");
  const { checkpoint } = signed;
  const start = async () => {
    setLast(undefined);
    const to = Math.max(position, checkpoint.head.position);
    begin({ from: await startOf(range, position, kept, digestAt), to, known: checkpoint.head });
  };
  if (!admin)
    return (
      <Section title="The chain">
        <Text size="sm" maw={720}>
          To walk the chain one has to see every event, which admins do. Of single events you find beside each, in the
          log, whether its digest is right; for proof that a session or project is in the signed log, export it:{" "}
          <code>qd audit export --project NAME part.tar.zst</code>.
        </Text>
      </Section>
    );
  return (
    <Section title="The chain">
      {kept.head && kept.head.position > position && (
        <Alert color="red.9" variant="filled" role="alert" icon={<IconAlertOctagon size={18} aria-hidden />}>
          This browser has checked the log up to event {whole(kept.head.position)}, and now it ends at {whole(position)}
          : its end was cut off, or this is another log.
        </Alert>
      )}
      <Radio.Group value={range} onChange={(value) => setChosen(value as Range)} label="Check">
        <Stack gap={6} mt={6}>
          {ranges.map((each) => (
            <Radio key={each} size="xs" value={each} label={<Said range={each} position={position} kept={kept} />} />
          ))}
        </Stack>
      </Radio.Group>
      <Group gap="sm">
        <Button
          leftSection={<IconShieldCheck size={14} aria-hidden />}
          loading={order !== undefined}
          onClick={() => void start()}
        >
          Verify now
        </Button>
        {order && (
          <Button variant="default" onClick={stop}>
            Stop
          </Button>
        )}
      </Group>
      {order && <Doing order={order} report={report} />}
      <div role="status">{last && <Told {...last} signed={signed} />}</div>
    </Section>
  );
}

function Said({ range, position, kept }: { range: Range; position: number; kept: Kept }) {
  if (range === "all") return <>all {counted(position, "event")}</>;
  if (range === "recent") return <>the last {whole(RECENT)}, from a digest that the server tells</>;
  return (
    <>
      what came after event {whole(kept.head?.position ?? 0)}, up to which this browser has checked it{" "}
      {kept.checkedAt && <Time at={kept.checkedAt} />}
    </>
  );
}

function Doing({ order, report }: { order: Order; report: Report | undefined }) {
  const all = order.to - order.from.position;
  const checked = report && report.is !== "failed" ? report.walked.checked : 0;
  return (
    <Group gap="sm" wrap="nowrap">
      <Progress value={(checked / Math.max(1, all)) * 100} flex={1} maw={420} aria-label="Events checked" />
      <Text size="xs" c="dimmed">
        {whole(checked)} of {whole(all)}
      </Text>
    </Group>
  );
}

function Told({ order, report, signed }: { order: Order; report: Report; signed: Signed }) {
  if (report.is === "failed")
    return (
      <Alert color="red" variant="light">
        It could not be checked: {report.message} Try again.
      </Alert>
    );
  const { checked, erased, fault, head } = report.walked;
  if (fault)
    return (
      <Alert
        color="red.9"
        variant="filled"
        icon={<IconAlertOctagon size={18} aria-hidden />}
        title="The log is not what was written"
      >
        {fault.detail} Before it, {counted(checked, "event")} are as they were. Look closer with{" "}
        <code>qd audit verify</code>, and keep backups and checkpoints as they are.
      </Alert>
    );
  const at = signed.checkpoint.head.position;
  const covered = order.from.position < at && head.position >= at && signed.trust.is === "trusted";
  const later = head.position - Math.max(at, order.from.position);
  return (
    <Alert color="green" variant="light" icon={<IconCircleCheck size={18} aria-hidden />}>
      {counted(checked, "event")}, {whole(order.from.position + 1)} to {whole(head.position)}: each follows from the one
      before.
      {erased > 0 &&
        ` ${counted(erased, "payload")} of them were erased, in whole or in part; their digests are there.`}
      {covered && ` Up to event ${whole(at)} they are what was signed.`}
      {later > 0 && ` ${counted(later, "event")} came after the checkpoint, and will be in the next.`}
    </Alert>
  );
}
