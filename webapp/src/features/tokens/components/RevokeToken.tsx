import { Button, Text } from "@mantine/core";
import { useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { visibleText } from "@/shared/text/visible";
import { Confirm } from "@/shared/ui/Confirm";
import { SafeText } from "@/shared/ui/SafeText";

import { RevokeTokenDocument } from "../api/RevokeToken.generated";
import { isBrowser, shownName } from "../standing";

interface RevokeTokenProps {
  token: { id: string; name: string; revoked: boolean };
  /** It is the one that this page uses. */
  isOwn: boolean;
}

export function RevokeToken({ token, isOwn }: RevokeTokenProps) {
  const [asking, setAsking] = useState(false);
  const { run, running, fault } = useDone(RevokeTokenDocument);
  const word = isBrowser(token) ? "Log out" : "Revoke";
  const revoke = async () => {
    const done = await run({ input: { tokenId: token.id } });
    if (done) setAsking(false);
  };
  return (
    <>
      <Button
        variant="default"
        size="compact-xs"
        aria-label={`${word} ${visibleText(shownName(token))}`}
        onClick={() => setAsking(true)}
      >
        {word}
      </Button>
      {asking && (
        <Confirm
          title={`${word}?`}
          yes={word}
          ends
          running={running}
          fault={fault}
          onYes={() => void revoke()}
          onClose={() => setAsking(false)}
        >
          <Text size="sm">
            Whatever uses <SafeText text={shownName(token)} /> is refused from now on, and what it follows is cut off
            within seconds. {isOwn && "That is this page: you will have to log in again."}
          </Text>
        </Confirm>
      )}
    </>
  );
}
