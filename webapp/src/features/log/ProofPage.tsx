import { Alert, Code, List, Text } from "@mantine/core";
import { IconLockQuestion, IconRosette } from "@tabler/icons-react";

import { useViewer } from "@/shared/graphql/useViewer";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page, Section } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { Chain } from "./components/Chain";
import { Signature } from "./components/Signature";
import { useProof } from "./proof/useProof";

/** Whether the log is what was signed, made out by this browser. */
export function ProofPage() {
  const { viewer } = useViewer();
  const proof = useProof();
  const { data, fault, able, judged, again } = proof;
  return (
    <Page title="Verify the log">
      {fault && <Failure fault={fault} again={again} />}
      {able === false && (
        <Alert color="yellow" variant="light" icon={<IconLockQuestion size={18} aria-hidden />}>
          This browser cannot check signatures here. It can over TLS, or at an address such as 127.0.0.1, in a current
          release. Until then: <Code>qd audit verify</Code>.
        </Alert>
      )}
      {able !== false && !judged && !fault && <Skeletons lines={4} />}
      {judged?.is === "none" && (
        <Empty icon={IconRosette} title="Nothing is signed yet" command="qd audit keys">
          The log&apos;s head is signed every few minutes while something happens. Come back in a moment.
        </Empty>
      )}
      {judged?.is === "broken" && (
        <Alert color="red" variant="light" role="alert">
          The checkpoint that the server gave cannot be read: {judged.message}
        </Alert>
      )}
      {judged?.is === "signed" && <Signature signed={judged.signed} kept={proof.kept} confirm={proof.confirm} />}
      {judged?.is === "signed" && data && (
        <Chain
          signed={judged.signed}
          position={data.log.position}
          admin={viewer?.admin ?? false}
          kept={proof.kept}
          keep={proof.keep}
        />
      )}
      <Meaning />
    </Page>
  );
}

function Meaning() {
  return (
    <Section title="What this proves, and what not">
      <List size="sm" spacing={4} maw={720}>
        <List.Item>
          Each event&apos;s digest covers what the event says and the digest before it. Whoever changes, moves, takes
          out or puts in one event has to change all that follow.
        </List.Item>
        <List.Item>
          A checkpoint is a digest that was signed and put somewhere else. What agrees with it is what it was when it
          was signed; what came later follows the chain, and nobody has vouched for it yet.
        </List.Item>
        <List.Item>
          This page came from the same server. One that lies could send a page that lies. Compare the key with somebody
          who noted it elsewhere, and for proof that needs no server take a bundle away:{" "}
          <Code>qd audit export --all record.tar.zst</Code>, then{" "}
          <Code>qd audit verify --bundle record.tar.zst --key …</Code>
        </List.Item>
      </List>
      <Text size="xs" c="dimmed">
        SHA-256 and Ed25519 are the browser&apos;s own. The key that you confirm is kept in this browser alone.
      </Text>
    </Section>
  );
}
