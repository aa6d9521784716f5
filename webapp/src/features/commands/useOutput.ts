import { useMemo, useState } from "react";

import { byOffset, MOST_OUTPUT } from "@/shared/streams/output";
import { useStream } from "@/shared/streams/useStream";

import type { CommandShownFragment } from "./api/CommandShown.generated";
import { WatchOutputDocument } from "./api/WatchOutput.generated";
import { type Message, NOTHING, type OutputSink, Run } from "./run";

/** From which byte on it is shown. Another `run` begins anew. */
export interface Start {
  after: number;
  run: number;
}

const cursor = byOffset<Message>();

/** Puts a command's output into a sink as it comes, no faster than that takes it, and tells how that goes. */
export function useOutput(command: CommandShownFragment, { after }: Start, sink: OutputSink | undefined) {
  const run = useMemo(() => sink && new Run(after, sink), [after, sink]);
  const [progress, setProgress] = useState(NOTHING);
  const state = useStream({
    document: WatchOutputDocument,
    variables: (from) => ({ commandId: command.id, after: from }),
    cursor,
    after: run && after,
    key: `${command.id} ${run?.id}`,
    onBatch: async (batch) => {
      await run?.take(batch);
      if (run) setProgress(run.now);
    },
    most: MOST_OUTPUT,
  });
  const asRecorded = progress.ended ? run?.received.isAsRecorded(command.outputSha256) : undefined;
  return { state, progress, asRecorded, isLive: () => run?.now.live ?? false };
}
