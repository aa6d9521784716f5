import { describe, expect, it } from "vitest";

import { changed } from "./change";
import { midnight, rangeOf, zoomed } from "./range";
import { filtersOf, validateSearch } from "./search";

const NOW = Date.parse("2026-11-26T20:30:15Z");
const isos = (...moments: number[]) => moments.map((each) => new Date(each).toISOString().slice(0, 13));

describe("the time of an address", () => {
  it("is the last week by day, as qd has it, and as much before", () => {
    const { from, to, before, bucket, running } = rangeOf({}, NOW);
    expect([bucket, running]).toEqual(["DAY", true]);
    expect(isos(before, from, to)).toEqual(["2026-11-11T00", "2026-11-19T00", "2026-11-27T00"]);
  });

  it("stays the same while its last bucket does", () => {
    expect(rangeOf({ last: "24h" }, NOW)).toEqual(rangeOf({ last: "24h" }, NOW + 60_000));
    expect(rangeOf({ last: "24h" }, NOW)).not.toEqual(rangeOf({ last: "24h" }, NOW + 1_800_000));
  });

  it("begins today at the viewer's midnight", () => {
    const begun = new Date(midnight(NOW));
    expect([begun.getHours(), begun.getMinutes(), begun.getDate()]).toEqual([0, 0, new Date(NOW).getDate()]);
    expect(rangeOf({ last: "today" }, NOW).bucket).toBe("HOUR");
  });

  it("is by day where hours would be more than the API takes", () => {
    expect(rangeOf({ last: "90d", bucket: "HOUR" }, NOW).bucket).toBe("DAY");
    expect(rangeOf({ last: "30d", bucket: "HOUR" }, NOW).bucket).toBe("HOUR");
  });

  it("is after a zoom what was dragged over, in whole hours and steps that fit", () => {
    const from = Date.parse("2026-11-20T05:40:00.5Z");
    const next = zoomed({ last: "90d", bucket: "WEEK", tab: "cost" }, from, from + 3_600_000);
    expect(next).toEqual({ tab: "cost", from: "2026-11-20T05:00:00.000Z", to: "2026-11-20T07:00:00.000Z" });
    expect(rangeOf(next, NOW)).toMatchObject({ bucket: "HOUR", running: false });
  });
});

describe("what an address says", () => {
  it("is taken as far as it means something", () => {
    expect(
      validateSearch({
        tab: "cost",
        last: "1y",
        from: "2026-11-20",
        to: "2026-11-19",
        by: ["MODEL", "NOPE", "MODEL"],
        model: ["a", 5, "a", ""],
        measure: "__proto__",
        persona: "fixer",
      }),
    ).toEqual({ tab: "cost", by: ["MODEL"], model: ["a", ""] });
    expect(validateSearch({ from: "2026-11-19", to: "2026-11-20T12:00:00+02:00" })).toEqual({
      from: "2026-11-19T00:00:00.000Z",
      to: "2026-11-20T10:00:00.000Z",
    });
  });

  it("filters as the API takes it", () => {
    expect(filtersOf({ tab: "cost" })).toBeUndefined();
    expect(filtersOf({ model: ["a"], session: ["x"] })).toEqual({ models: ["a"], sessions: ["x"] });
  });
});

describe("a change", () => {
  it.each([
    [110, 100, "▲ 10%"],
    [50, 100, "▼ 50%"],
    [100, 100, "as before"],
    [5, 0, "none before"],
    [0, 0, "as before"],
    [5000, 100, "▲ 50 times as much"],
    [null, 100, ""],
    [5, undefined, ""],
  ])("from %s, %s before, is told as %s", (value, earlier, told) => {
    expect(changed(value, earlier)).toBe(told);
  });
});
