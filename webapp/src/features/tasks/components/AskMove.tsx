import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";

import type { Asking, Moves } from "../useMoves";

/** What a move needs before it is done, or although it was refused. */
export function AskMove({ asking, moves }: { asking: Asking; moves: Pick<Moves, "run" | "forget"> }) {
  const [reason, setReason] = useState("");
  const { move, of, said, fault } = asking;
  const { reference, title } = move.card;
  const send = (event: FormEvent) => {
    event.preventDefault();
    void moves.run(move, {
      ...said,
      ...(of === "reason" && { reason: reason.trim() }),
      ...(of === "force" && { force: true }),
    });
  };
  return (
    <Modal opened onClose={moves.forget} title={TITLES[of](reference)}>
      <form onSubmit={send}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {reference} <SafeText text={title} />
          </Text>
          {of === "reason" && (
            <Textarea
              label="What is it blocked by?"
              required
              data-autofocus
              autosize
              minRows={2}
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {of === "owner" && (
            <Text size="sm">
              Nobody has it, so nobody can be at work on it. Claim it for yourself: you hold it for half an hour, and
              can renew that.
            </Text>
          )}
          {fault && <Failure fault={fault} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={moves.forget}>
              Leave it
            </Button>
            <Button
              type="submit"
              color={of === "force" ? "red" : undefined}
              disabled={of === "reason" && !reason.trim()}
              data-autofocus={of === "reason" ? undefined : true}
            >
              {DONE[of]}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const TITLES: Record<Asking["of"], (reference: string) => string> = {
  reason: (reference) => `Block ${reference}`,
  owner: (reference) => `Begin ${reference}?`,
  force: (reference) => `${reference} was put back`,
};
const DONE: Record<Asking["of"], string> = { reason: "Block it", owner: "Claim it", force: "Do it all the same" };
