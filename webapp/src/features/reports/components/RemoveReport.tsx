import { Text } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";

import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { visibleText } from "@/shared/text/visible";
import { Confirm } from "@/shared/ui/Confirm";

import { RemoveReportDocument } from "../api/RemoveReport.generated";
import type { ReportRowFragment } from "../api/ReportRow.generated";

export function RemoveReport({ report, close }: { report: ReportRowFragment; close: () => void }) {
  const router = useRouter();
  const { slug } = useProject();
  const { run, running, fault } = useDone(RemoveReportDocument);
  const remove = async () => {
    if (await run({ input: { reportId: report.id } })) void router.navigate({ href: nounAddress(slug, "reports") });
  };
  return (
    <Confirm
      title={`Remove ${visibleText(report.name)}?`}
      yes="Remove"
      ends
      running={running}
      fault={fault}
      onYes={() => void remove()}
      onClose={close}
    >
      <Text size="sm">
        Nothing is sent any more, not even what is being tried again. What was sent stays in the log.
      </Text>
    </Confirm>
  );
}
