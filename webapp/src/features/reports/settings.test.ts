import { expect, test } from "vitest";

import type { ReportRowFragment } from "./api/ReportRow.generated";
import { faulty, inputOf, NOBODY, settingsOf } from "./settings";
import { dayIn, fared, periodOf, scheduleOf } from "./words";

const report: ReportRowFragment = {
  id: "r",
  name: "weekly",
  ownerId: "me",
  ownerName: "ada",
  project: { id: "p", name: "deck" },
  cadence: "WEEKLY",
  zone: "Europe/Berlin",
  at: "07:30",
  weekStarts: "SUNDAY",
  recipients: [
    { channel: "MAIL", address: "a@example.org", userId: "me", userName: "ada" },
    { channel: "FOLDER", address: "weekly", userId: "u2", userName: "ben" },
  ],
  nextAt: "2026-11-30T07:00:00Z",
  removedAt: null,
};

test("a report that is changed in nothing is set as it was", () => {
  expect(inputOf(settingsOf(report, "me"), "p")).toEqual({
    name: "weekly",
    projectId: "p",
    cadence: "WEEKLY",
    weekStarts: "SUNDAY",
    at: "07:30",
    zone: "Europe/Berlin",
    recipients: [
      { channel: "MAIL", address: "a@example.org", user: "me" },
      { channel: "FOLDER", address: "weekly", user: "ben" },
    ],
  });
});

test("one of all projects is of none, and empty lines are nobody", () => {
  const set = { ...settingsOf({ ...report, project: null }, "me"), recipients: [NOBODY] };
  expect(inputOf(set, "p")).toMatchObject({ projectId: null, recipients: [] });
});

test("a failure is shown at the line that it is about, past the empty ones", () => {
  const set = settingsOf(report, "me");
  const lines = [NOBODY, ...set.recipients];
  expect(faulty({ ...set, recipients: lines }, "recipients.1.user")).toEqual([2, "user"]);
  expect(faulty(set, "recipients.7.user")).toBeUndefined();
  expect(faulty(set, "name")).toBeUndefined();
});

test("a day is that of the report's zone", () => {
  const midnight = Date.parse("2026-11-30T23:30:00Z");
  expect([dayIn("UTC", midnight), dayIn("Europe/Berlin", midnight)]).toEqual(["2026-11-30", "2026-12-01"]);
});

test("schedules, periods and what became of an issue are told in words", () => {
  expect(scheduleOf(report)).toBe("weekly from Sunday, 07:30 Europe/Berlin");
  expect(scheduleOf({ ...report, cadence: "MONTHLY" })).toBe("monthly, 07:30 Europe/Berlin");
  expect(periodOf({ first: "2026-11-02", last: "2026-11-08" })).toBe("2026-11-02 to 2026-11-08");
  expect(periodOf({ first: "2026-11-02", last: "2026-11-02" })).toBe("2026-11-02");
  const sent = (...states: ("ARRIVED" | "GIVEN_UP" | "WAITING")[]) =>
    fared({ deliveries: states.map((state) => ({ state })) } as never);
  expect(sent()).toBe("being prepared");
  expect(sent("ARRIVED", "WAITING")).toBe("1 of 2 arrived");
  expect(sent("ARRIVED", "GIVEN_UP")).toBe("1 of 2 arrived, 1 given up");
});
