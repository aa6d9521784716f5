import type { AnyVariables, Client, TypedDocumentNode } from "urql";

import { idempotencyKey } from "@/shared/graphql/key";
import { type Outcome, outcomeOf } from "@/shared/graphql/outcome";

import { AssignTaskDocument } from "./api/AssignTask.generated";
import { BlockTaskDocument } from "./api/BlockTask.generated";
import { ChangeTaskStatusDocument } from "./api/ChangeTaskStatus.generated";
import { ClaimTaskDocument } from "./api/ClaimTask.generated";
import { EditTaskDocument } from "./api/EditTask.generated";
import { ReleaseTaskDocument } from "./api/ReleaseTask.generated";
import { RenewTaskDocument } from "./api/RenewTask.generated";
import type { TaskCardFragment } from "./api/TaskCard.generated";
import type { Step } from "./board/moves";

export interface Said {
  reason?: string;
  /** Although somebody else holds it, or what it waits for is not done. */
  force?: boolean;
  leaseSeconds?: number;
}

interface Done {
  readonly position: number;
  readonly task: TaskCardFragment;
}

/** Asks for one step. It is the same step, once, however often it is sent. */
export async function doStep(
  client: Client,
  taskId: string,
  step: Step,
  { reason, force = false, leaseSeconds }: Said = {},
): Promise<Outcome<Done>> {
  const asked = { taskId, idempotencyKey: idempotencyKey() };
  const send = async <Data extends object, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ) => outcomeOf(await client.mutation(document, variables).toPromise()) as Outcome<Done>;
  switch (step.does) {
    case "claim":
      return send(ClaimTaskDocument, { input: { ...asked, force, leaseSeconds } });
    case "renew":
      return send(RenewTaskDocument, { input: { ...asked, leaseSeconds } });
    case "release":
      return send(ReleaseTaskDocument, { input: { ...asked, force, reason, claim: step.claim } });
    case "status":
      return send(ChangeTaskStatusDocument, { input: { ...asked, force, reason, status: step.status } });
    case "block":
      return send(BlockTaskDocument, { input: { ...asked, force, reason: reason ?? "" } });
    case "assign":
      return send(AssignTaskDocument, { input: { ...asked, force, owner: step.owner } });
    case "label":
      return send(EditTaskDocument, { input: { ...asked, changes: { labels: step.labels }, base: step.base } });
  }
}

/** One after the other, until one is refused. */
export async function doSteps(client: Client, taskId: string, steps: readonly Step[], said: Said) {
  let outcome: Outcome<Done> | undefined;
  for (const step of steps) {
    // oxlint-disable-next-line no-await-in-loop -- each step follows from the one before
    const next = await doStep(client, taskId, step, said);
    // what was done before stays done
    if (next.fault) return { fault: next.fault, done: outcome?.payload };
    outcome = next;
  }
  return { fault: undefined, done: outcome?.payload };
}
