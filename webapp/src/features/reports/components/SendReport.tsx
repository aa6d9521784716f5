import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { counted } from "@/shared/text/counts";
import { visibleText } from "@/shared/text/visible";
import { Failure } from "@/shared/ui/Failure";

import type { ReportWholeQuery } from "../api/ReportWhole.generated";
import { SendReportDocument } from "../api/SendReport.generated";
import { Deliveries } from "./Deliveries";

interface SendReportProps {
  report: NonNullable<ReportWholeQuery["report"]>;
  /** That is looked at; undefined: of the last period. */
  day: string | undefined;
  close: () => void;
  sent: () => void;
}

/** Sends it now, and shows how that goes with each recipient. */
export function SendReport({ report, day: looked, close, sent }: SendReportProps) {
  const [day, setDay] = useState(looked ?? "");
  const [issueId, setIssueId] = useState<string>();
  const { run, running, fault } = useDone(SendReportDocument);
  const issue = report.issues.edges.find(({ node }) => node.id === issueId)?.node;
  const send = async () => {
    const done = await run({ input: { reportId: report.id, day: day || undefined } });
    if (!done) return;
    setIssueId(done.issue.id);
    sent();
  };
  return (
    <Modal opened onClose={close} title={`Send ${visibleText(report.name)} now?`}>
      <Stack gap="sm">
        {issueId === undefined ? (
          <>
            <Text size="sm">
              It goes to {counted(report.recipients.length, "recipient")}, besides what is due and stays due.
            </Text>
            <TextInput
              type="date"
              label="Of the period with this day"
              description="Empty: the last one that has ended"
              value={day}
              onChange={(event) => setDay(event.currentTarget.value)}
            />
          </>
        ) : (
          <div role="status">
            {issue ? <Deliveries issues={[issue]} /> : <Text size="sm">It is being prepared.</Text>}
            {issue && !issue.deliveredAt && (
              <Text size="xs" c="dimmed" mt={6}>
                What does not arrive at once is tried again for more than a day. You may close this.
              </Text>
            )}
          </div>
        )}
        {fault && <Failure fault={fault} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {issueId === undefined ? "Cancel" : "Close"}
          </Button>
          {issueId === undefined && (
            <Button loading={running} onClick={() => void send()} data-autofocus>
              Send
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
