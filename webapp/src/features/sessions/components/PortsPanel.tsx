import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { IconExternalLink, IconPlugConnected } from "@tabler/icons-react";
import { useState } from "react";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useFresh } from "@/shared/streams/feed";
import { shortId } from "@/shared/text/ids";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Skeletons } from "@/shared/ui/Skeletons";

import { OpenPortDocument } from "../api/OpenPort.generated";
import { SessionPortsDocument } from "../api/SessionPorts.generated";

/** What in the session can be looked at in a browser. */
export function PortsPanel({ sessionId, mayOpen }: { sessionId: string; mayOpen: boolean }) {
  const { data, fault, waiting, again } = useAsked({
    query: SessionPortsDocument,
    variables: { id: sessionId },
    context: UNCACHED,
  });
  useFresh(again, (event) => event.sessionId === sessionId);
  if (waiting) return <Skeletons lines={3} />;
  if (fault) return <Failure fault={fault} again={again} />;
  const ports = data?.session?.ports ?? [];
  return (
    <Stack gap="sm">
      {ports.length === 0 ? (
        <Empty
          icon={IconPlugConnected}
          title="Nothing listens in this session"
          command={`qd port open ${shortId(sessionId)} 8000`}
          action={<Again again={again} />}
        >
          Start a server in it, such as python3 -m http.server, and open it here.
        </Empty>
      ) : (
        <>
          {ports.map((port) => (
            <Port key={port} sessionId={sessionId} port={port} mayOpen={mayOpen} />
          ))}
          <Again again={again} />
        </>
      )}
    </Stack>
  );
}

const Again = ({ again }: { again: () => void }) => (
  <Button variant="default" w="fit-content" onClick={again}>
    Look again
  </Button>
);

function Port({ sessionId, port, mayOpen }: { sessionId: string; port: number; mayOpen: boolean }) {
  const { run, running, fault } = useDone(OpenPortDocument);
  const [address, setAddress] = useState<string>();
  const open = async () => setAddress((await run({ input: { sessionId, port } }))?.url);
  return (
    <Stack gap={4}>
      <Group gap="md">
        <Text className="mono" fw={500} w={64}>
          {port}
        </Text>
        {mayOpen && !address && (
          <Button variant="default" loading={running} onClick={() => void open()}>
            Make a link
          </Button>
        )}
        {address && (
          <Anchor
            href={address}
            target="_blank"
            rel="noopener noreferrer"
            size="sm"
            onClick={() => setAddress(undefined)}
          >
            Open in another tab <IconExternalLink size={14} aria-hidden />
          </Anchor>
        )}
      </Group>
      {address && (
        <Text size="xs" c="dimmed">
          Good for one browser, once, within ten minutes.
        </Text>
      )}
      {fault && <Failure fault={fault} />}
    </Stack>
  );
}
