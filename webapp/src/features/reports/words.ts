import type { DeliveryState, ReportCadence, Weekday } from "@/shared/graphql/schema.generated";

import type { IssueShownFragment } from "./api/IssueShown.generated";
import type { ReportRowFragment } from "./api/ReportRow.generated";

export const CADENCES: readonly { value: ReportCadence; label: string }[] = [
  { value: "DAILY", label: "Every day" },
  { value: "WEEKLY", label: "Every week" },
  { value: "MONTHLY", label: "Every month" },
];

const DAYS: readonly Weekday[] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
const capital = (word: string): string => word.charAt(0) + word.slice(1).toLowerCase();
export const WEEKDAYS: readonly { value: Weekday; label: string }[] = DAYS.map((value) => ({
  value,
  label: capital(value),
}));

export const CHANNELS = [
  { value: "MAIL", label: "Mail", example: "ada@example.org" },
  { value: "WEBHOOK", label: "Webhook", example: "https://chat.example.org/hook" },
  { value: "FOLDER", label: "Folder", example: "weekly" },
] as const;

export const STATES: Record<DeliveryState, string> = {
  WAITING: "waiting",
  SENDING: "sending",
  ARRIVED: "arrived",
  GIVEN_UP: "given up",
};

type Schedule = Pick<ReportRowFragment, "cadence" | "weekStarts" | "at" | "zone">;

/** As `weekly from Monday, 08:00 Europe/Berlin`. */
export function scheduleOf({ cadence, weekStarts, at, zone }: Schedule): string {
  const begins = cadence === "WEEKLY" ? ` from ${capital(weekStarts)}` : "";
  return `${cadence.toLowerCase()}${begins}, ${at} ${zone}`;
}

/** Its days, the first and the last. */
export const periodOf = ({ first, last }: { first: string; last: string }): string =>
  first === last ? first : `${first} to ${last}`;

type Fared = Pick<IssueShownFragment, "deliveries">;

/** Of one issue, in few words. */
export function fared({ deliveries }: Fared): string {
  const many = (state: DeliveryState) => deliveries.filter((each) => each.state === state).length;
  if (deliveries.length === 0) return "being prepared";
  const given = many("GIVEN_UP");
  return `${many("ARRIVED")} of ${deliveries.length} arrived${given ? `, ${given} given up` : ""}`;
}

/** The date that clocks of a zone show, as the API takes it. */
export const dayIn = (zone: string, now: number): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(now);

/** The time zone of this browser, by its IANA name. */
export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const zones = (): string[] => ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
