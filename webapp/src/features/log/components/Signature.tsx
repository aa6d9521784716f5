import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconAlertOctagon, IconCircleCheck, IconKey } from "@tabler/icons-react";
import type { PropsWithChildren } from "react";

import { whole } from "@/shared/text/counts";
import { Section } from "@/shared/ui/Page";
import { Time } from "@/shared/ui/Time";

import type { Kept } from "../proof/kept";
import type { Key } from "../proof/notes";
import type { Signed } from "../proof/trust";

import classes from "./Signature.module.css";

interface SignatureProps {
  signed: Signed;
  kept: Kept;
  confirm: (key: Key) => void;
}

/** The last checkpoint, and whether the key that signed it is the one that the viewer knows. */
export function Signature({ signed: { checkpoint, trust }, kept, confirm }: SignatureProps) {
  return (
    <Section title="The last checkpoint">
      <Text size="sm">
        Checkpoint {whole(checkpoint.number)}, signed <Time at={checkpoint.signedAt} />, holds for the log up to event{" "}
        {whole(checkpoint.head.position)}.
      </Text>
      {trust.is === "trusted" && (
        <Alert color="green" variant="light" icon={<IconCircleCheck size={18} aria-hidden />}>
          The signature is good: key <Code>{trust.signer.id}</Code>
          {trust.vouchedBy ? (
            <>
              , for which the key <Code>{trust.vouchedBy.id}</Code> vouches, that you confirmed
            </>
          ) : (
            ", that you confirmed"
          )}{" "}
          {kept.confirmedAt && <Time at={kept.confirmedAt} />}.
        </Alert>
      )}
      {trust.is === "first" && (
        <Alert color="blue" variant="light" icon={<IconKey size={18} aria-hidden />} title="Is this the key?">
          <Stack gap="xs">
            <Text size="sm">
              The signature is good for the key below, which you see here for the first time. Whoever set the server up
              finds it with <Code>qd audit keys</Code>. Compare, and confirm it: from then on this browser tells you
              when it changes.
            </Text>
            <Written signer={trust.signer}>
              <Button onClick={() => confirm(trust.signer)}>Confirm this key</Button>
            </Written>
          </Stack>
        </Alert>
      )}
      {trust.is === "changed" && (
        <Alert
          color="red"
          variant="light"
          className={classes.loud}
          role="alert"
          icon={<IconAlertOctagon size={18} aria-hidden />}
          title="The key has changed, and the one you confirmed does not vouch for it"
        >
          <Stack gap="xs">
            <Text size="sm">
              Somebody else signs this log now, or this is another log: a server that was set up anew, or one that was
              put in its place. Ask whoever runs it before you believe anything here. You had confirmed:
            </Text>
            <Code block>{trust.pinned}</Code>
            <Text size="sm">It is now:</Text>
            <Written signer={trust.signer}>
              <Button color="red.9" onClick={() => confirm(trust.signer)}>
                I have asked: confirm the new key
              </Button>
            </Written>
          </Stack>
        </Alert>
      )}
      {trust.is === "unsigned" && (
        <Alert color="red.9" variant="filled" role="alert" icon={<IconAlertOctagon size={18} aria-hidden />}>
          None of the keys that the server names has signed this checkpoint. Do not believe it.
        </Alert>
      )}
    </Section>
  );
}

function Written({ signer, children }: PropsWithChildren<{ signer: Key }>) {
  return (
    <>
      <Code block className={classes.key}>
        {signer.written}
      </Code>
      <Group gap="xs">
        {children}
        <CopyButton value={signer.written}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy it"}
            </Button>
          )}
        </CopyButton>
      </Group>
    </>
  );
}
