import type { DeliveryChannel, ReportCadence, SetReportInput, Weekday } from "@/shared/graphql/schema.generated";

import type { ReportRowFragment } from "./api/ReportRow.generated";
import { zoneHere } from "./words";

export interface RecipientSet {
  channel: DeliveryChannel;
  address: string;
  /** For whom: a name or an id; empty: whoever sets it. */
  user: string;
}

/** What a form holds of a report. */
export interface ReportSet {
  name: string;
  /** Of every project that each recipient may see. */
  everywhere: boolean;
  cadence: ReportCadence;
  weekStarts: Weekday;
  at: string;
  zone: string;
  recipients: readonly RecipientSet[];
}

export const NOBODY: RecipientSet = { channel: "MAIL", address: "", user: "" };

export function settingsOf(report: ReportRowFragment | undefined, viewerId: string | undefined): ReportSet {
  if (!report)
    return {
      name: "",
      everywhere: false,
      cadence: "WEEKLY",
      weekStarts: "MONDAY",
      at: "08:00",
      zone: zoneHere(),
      recipients: [NOBODY],
    };
  const { name, cadence, weekStarts, at, zone } = report;
  const recipients = report.recipients.map(({ channel, address, userId, userName }) => ({
    channel,
    address,
    user: userId === viewerId ? "" : userName,
  }));
  return { name, everywhere: report.project === null, cadence, weekStarts, at, zone, recipients };
}

/** As the API takes it. Lines that nothing was written into are left out. */
export function inputOf(set: ReportSet, projectId: string): SetReportInput {
  const { name, everywhere, cadence, weekStarts, at, zone } = set;
  return {
    name: name.trim(),
    projectId: everywhere ? null : projectId,
    cadence,
    weekStarts,
    at,
    zone,
    recipients: named(set).map(({ channel, address, user }) => ({
      channel,
      address: address.trim(),
      user: user.trim() || "me",
    })),
  };
}

const named = ({ recipients }: ReportSet): RecipientSet[] => recipients.filter(({ address }) => address.trim());

/** The line of the form, from 0, and the field in it that a failure is about. */
export function faulty(set: ReportSet, field: string | null | undefined): [number, string] | undefined {
  const found = /^recipients\.(\d+)\.(\w+)$/.exec(field ?? "");
  const recipient = found && named(set)[Number(found[1])];
  return recipient ? [set.recipients.indexOf(recipient), found[2] ?? ""] : undefined;
}
