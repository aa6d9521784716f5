import type { AlertWholeQuery } from "./api/AlertWhole.generated";

type Alert = NonNullable<AlertWholeQuery["alert"]>;
type Delivery = Alert["deliveries"][number];

export interface Step {
  key: string;
  kind: "held" | "raised" | "told" | "not told" | "acknowledged" | "over";
  at: string;
  what: string;
  /** Others may have written both. */
  more: string;
}

const ENDED: Record<string, string> = {
  arrived: "arrived",
  given_up: "did not arrive, and is not tried any more",
  failed: "did not arrive yet",
  waiting: "waits to be sent",
  sending: "is being sent",
};

export const BECAUSE: Record<string, string> = {
  recovered: "it does not hold any more",
  rule_changed: "its rule was changed",
  rule_removed: "its rule was removed",
};

const told = ({ channel, address, state, attempts, detail }: Delivery): string => {
  const tries = attempts > 1 ? `, at try ${attempts}` : "";
  return `${channel.toLowerCase()} ${address} ${ENDED[state] ?? state}${tries}${detail ? `: ${detail}` : ""}`;
};

/** What happened to an alert, the first first. */
export function stepsOf(alert: Alert): Step[] {
  const steps: (Step | false)[] = [
    alert.since !== alert.raisedAt && {
      key: "held",
      kind: "held",
      at: alert.since,
      what: "It began to hold",
      more: "",
    },
    { key: "raised", kind: "raised", at: alert.raisedAt, what: "Raised", more: alert.summary },
    alert.acknowledgedAt !== null && {
      key: "acknowledged",
      kind: "acknowledged",
      at: alert.acknowledgedAt,
      what: `Acknowledged${alert.acknowledger ? ` by ${alert.acknowledger}` : ""}`,
      more: alert.note,
    },
    ...alert.deliveries.map((each): Step => ({
      key: each.id,
      kind: each.state === "arrived" ? "told" : "not told",
      at: each.endedAt ?? each.askedAt,
      what: each.state === "arrived" ? "Told" : "Telling",
      more: told(each),
    })),
    alert.resolvedAt !== null && {
      key: "over",
      kind: "over",
      at: alert.resolvedAt,
      what: "Over",
      more: BECAUSE[alert.resolution ?? ""] ?? alert.resolution ?? "",
    },
  ];
  return steps.filter((each) => each !== false).toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
