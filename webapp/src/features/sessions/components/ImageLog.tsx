import { ScrollArea, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useClient } from "urql";

import { UNCACHED } from "@/shared/graphql/uncached";
import { decoded } from "@/shared/streams/output";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import { SessionImageLogDocument } from "../api/SessionImageLog.generated";

const MOST = 512 * 1024;
// oxlint-disable-next-line no-control-regex -- colours, which a text does not show
const COLOURS = /\u001b\[[0-9;]*[A-Za-z]/g;

/** What the building of a session's image printed, the beginning of it. */
export function ImageLog({ sessionId }: { sessionId: string }) {
  const client = useClient();
  const [text, setText] = useState<string>();
  useEffect(() => {
    const reading = { on: true };
    void (async () => {
      const decoder = new TextDecoder();
      let [all, after] = ["", 0];
      while (reading.on && all.length < MOST) {
        const asked = { id: sessionId, after };
        const { data } = await client.query(SessionImageLogDocument, asked, UNCACHED).toPromise();
        const page = data?.session?.imageLog;
        if (!page) break;
        all += page.frames.map((frame) => decoder.decode(decoded(frame.data), { stream: true })).join("");
        if (page.nextOffset === after) break;
        after = page.nextOffset;
      }
      if (reading.on) setText(all.replaceAll(COLOURS, "").replaceAll("\r\n", "\n"));
    })();
    return () => {
      reading.on = false;
    };
  }, [client, sessionId]);
  if (text === undefined) return <Skeletons lines={3} />;
  return (
    <ScrollArea.Autosize mah={420} type="auto" tabIndex={0}>
      <Text component="pre" size="xs" className="mono" style={{ whiteSpace: "pre-wrap" }}>
        <SafeText text={text || "Nothing was built for it."} />
      </Text>
    </ScrollArea.Autosize>
  );
}
