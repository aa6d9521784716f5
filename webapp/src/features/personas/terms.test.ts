import { expect, test } from "vitest";

import type { PersonaWholeFragment } from "./api/PersonaWhole.generated";
import { inputOf, narrowedBy, termsOf } from "./terms";

const nothing = {
  cpus: null,
  memoryBytes: null,
  processes: null,
  openFiles: null,
  fileBytes: null,
  workspaceBytes: null,
  workspaceFiles: null,
  temporaryBytes: null,
  outputBytes: null,
  wallSeconds: null,
  idleSeconds: null,
};
const persona = {
  description: "reads",
  limits: { ...nothing, cpus: 1.5 },
  network: [
    { host: "pypi.org", port: 443 },
    { host: "a.example", port: 80 },
  ],
} as unknown as PersonaWholeFragment;

test("what a persona has comes back as it was", () => {
  expect(inputOf(termsOf(persona))).toEqual({
    description: "reads",
    limits: { ...nothing, cpus: 1.5 },
    network: persona.network,
  });
});

test("no list is wherever the project allows, and an empty one is nowhere", () => {
  expect(inputOf(termsOf(undefined))).toEqual({ description: "", limits: nothing, network: null });
  expect(inputOf({ ...termsOf(undefined), ownNetwork: true }).network).toEqual([]);
  expect(termsOf({ ...persona, network: [] }).ownNetwork).toBe(true);
});

test("its limits are named", () => {
  expect(narrowedBy(persona)).toBe("processors");
});
