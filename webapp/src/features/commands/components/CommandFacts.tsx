import { bytes, counted } from "@/shared/text/counts";
import { span } from "@/shared/time/spans";
import { Facts } from "@/shared/ui/Facts";
import { SafeText } from "@/shared/ui/SafeText";
import { Duration, Time } from "@/shared/ui/Time";

import type { CommandShownFragment } from "../api/CommandShown.generated";

/** What is known of a command beside its output. */
export function CommandFacts({ command }: { command: CommandShownFragment }) {
  const { startedAt, endedAt, wallMs, cpuMs, peakMemoryBytes, outputBytes, terminal } = command;
  return (
    <Facts
      facts={[
        ["By", <SafeText key="by" text={command.requestedBy} />],
        ["Asked for", <Time key="asked" at={command.requestedAt} />],
        ["Took", wallMs !== null ? span(wallMs / 1000) : startedAt && <Duration from={startedAt} to={endedAt} />],
        ["Processor", cpuMs !== null && span(cpuMs / 1000)],
        ["Most memory", peakMemoryBytes !== null && bytes(peakMemoryBytes)],
        ["Output", outputBytes !== null && bytes(outputBytes)],
        ["Files changed", endedAt && counted(command.filesChangedTotal, "file")],
        ["Time-out", !endedAt && span(command.timeoutSeconds)],
        ["On", terminal ? `a terminal of ${terminal.columns} × ${terminal.rows}` : "a pipe"],
        ["Where", command.background && "in the background"],
      ]}
    />
  );
}
