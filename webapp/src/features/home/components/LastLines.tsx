import { useRef, useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { byOffset, decoded, MOST_OUTPUT } from "@/shared/streams/output";
import { useStream } from "@/shared/streams/useStream";
import { SafeText } from "@/shared/ui/SafeText";

import { CommandTailDocument } from "../api/CommandTail.generated";
import { TailOutputDocument, type TailOutputSubscription } from "../api/TailOutput.generated";
import { lastLines } from "../lastLines";

import classes from "./Home.module.css";

const KEPT = 4096;
const LINES = 3;
const cursor = byOffset<TailOutputSubscription["commandOutput"]>();

/** What a command prints, its last lines as they come. */
export function LastLines({ commandId }: { commandId: string }) {
  const { data } = useAsked({
    query: CommandTailDocument,
    variables: { id: commandId },
    requestPolicy: "network-only",
  });
  const recorded = data?.command?.recordedBytes;
  const decoder = useRef(new TextDecoder());
  const kept = useRef("");
  const [lines, setLines] = useState<string[]>([]);
  useStream({
    document: TailOutputDocument,
    variables: (after) => ({ commandId, after }),
    cursor,
    after: recorded === undefined ? undefined : Math.max(0, recorded - KEPT),
    key: commandId,
    most: MOST_OUTPUT / 4,
    onBatch: (batch) => {
      for (const message of batch)
        if (message.__typename === "OutputChunk" && message.kind !== "GAP")
          kept.current = (
            kept.current + decoder.current.decode(decoded(message.data).slice(-KEPT), { stream: true })
          ).slice(-KEPT);
      setLines(lastLines(kept.current, LINES));
    },
  });
  return (
    <pre className={classes.lines} role="group" aria-label="Last lines">
      {Array.from({ length: LINES }, (_, index) => (
        <span key={index}>
          <SafeText text={lines[index] ?? " "} />
        </span>
      ))}
    </pre>
  );
}
