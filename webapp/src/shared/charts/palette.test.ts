import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { variables } from "@/shared/theme/theme";

import { MOST, PALETTE, REST, REST_SLOT, type Scheme, slotsOf } from "./palette";

const channels = (colour: string): number[] =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
const luminance = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = channels(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
/** WCAG 2.2, "contrast ratio". */
const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

/** Machado, Oliveira and Fernandes 2009, severity 1, of linear RGB. */
const EYES: Record<string, readonly (readonly number[])[]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};
const seen = (colour: string, matrix: readonly (readonly number[])[]): number[] => {
  const rgb = channels(colour);
  return matrix.map((row) => row.reduce((all, each, index) => all + each * (rgb[index] ?? 0), 0));
};
/** OKLab, Ottosson 2020: equal steps look equal. */
const lab = ([red = 0, green = 0, blue = 0]: number[]): number[] => {
  const [l = 0, m = 0, s = 0] = [
    0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue,
    0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue,
    0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue,
  ].map((each) => Math.cbrt(each));
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};
const apart = (one: number[], other: number[]): number =>
  Math.hypot(...lab(one).map((each, index) => each - (lab(other)[index] ?? 0)));

describe.each(["light", "dark"] as const)("colours in %s", (scheme: Scheme) => {
  const surface = variables({} as never)[scheme]["--qd-surface"] as string;

  it.each([...PALETTE[scheme], REST[scheme]])("%s has 3:1 against what is behind it", (colour) => {
    expect(contrast(colour, surface)).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.keys(EYES))("can be told apart with %s", (eyes) => {
    const all = PALETTE[scheme].map((colour) => seen(colour, EYES[eyes] ?? []));
    const least = all.flatMap((one, index) => all.slice(index + 1).map((other) => apart(one, other)));
    expect(Math.min(...least)).toBeGreaterThan(0.08);
  });
});

describe("a series' colour", () => {
  const keys = fc.uniqueArray(fc.string({ maxLength: 12 }), { maxLength: MOST });

  it("is its own among those of a chart, whatever their order", () => {
    fc.assert(
      fc.property(keys, (all) => {
        const slots = slotsOf(all);
        expect(new Set(slots.values()).size).toBe(all.length);
        expect([...slots.values()]).not.toContain(REST_SLOT);
        expect(slotsOf(all.toReversed())).toEqual(new Map(slots));
      }),
    );
  });

  it("is what it is said to be, and nobody else's", () => {
    const slots = slotsOf(["a", "b", "failed"], { failed: 6 });
    expect(slots.get("failed")).toBe(6);
    expect(new Set(slots.values()).size).toBe(3);
  });
});
