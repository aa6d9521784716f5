import { Select, Switch, Text } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { NO_SESSION, sessionAsked, SessionFields } from "@/features/sessions";
import { idempotencyKey } from "@/shared/graphql/key";
import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { sessionAddress } from "@/shared/routing/addresses";

import { StartTaskDocument } from "../api/StartTask.generated";
import { LEASES } from "../lease";
import { Dialogue } from "./Dialogue";
import type { DialogueProps } from "./TaskDialogues";

/** Opens a session that works on the task, and goes there. */
export function StartTask({ task, onClose }: DialogueProps) {
  const router = useRouter();
  const { slug } = useProject();
  const [form, setForm] = useState(NO_SESSION);
  const [lease, setLease] = useState<string | null>(null);
  const [force, setForce] = useState(false);
  const { run, running, fault } = useDone(StartTaskDocument);
  const send = async () => {
    const leaseSeconds = lease ? Number(lease) : null;
    const asked = { taskId: task.id, ...sessionAsked(form), leaseSeconds, force, idempotencyKey: idempotencyKey() };
    const done = await run({ input: asked });
    if (done) await router.navigate({ href: sessionAddress(slug, done.session.id) });
  };
  return (
    <Dialogue
      title={`Start a session for ${task.reference}`}
      does="Start"
      running={running}
      fault={fault}
      onSend={() => void send()}
      onClose={onClose}
    >
      <Text size="sm" c="dimmed">
        The task is claimed for you and set in progress. Its commands have it in $QD_TASK_FILE. The claim is renewed
        while the session lives, and given back when it ends.
      </Text>
      <SessionFields form={form} onChange={setForm} usualTitle={task.title} />
      <Select
        label="Lease"
        description="Of the claim, which is renewed in half of that"
        clearable
        placeholder="half an hour"
        data={LEASES.flatMap(([label, seconds]) => (seconds ? [{ value: String(seconds), label }] : []))}
        value={lease}
        onChange={setLease}
      />
      {task.waitsFor.length > 0 && (
        <Switch
          label={`Although ${task.waitsFor.map((each) => `T-${each}`).join(", ")} is not done`}
          checked={force}
          onChange={(event) => setForce(event.currentTarget.checked)}
        />
      )}
    </Dialogue>
  );
}
