import { limitFields, rulesIn, toLines } from "@/features/projects";

import type { PersonaWholeFragment } from "./api/PersonaWhole.generated";

type Limit = string | number | boolean | null | undefined;

/** What a form holds. */
export interface Terms {
  description: string;
  limits: Readonly<Record<string, Limit>>;
  /** Whether the persona has a list of its own. Without, its sessions go wherever the project allows. */
  ownNetwork: boolean;
  /** One in each line. */
  network: string;
}

const names = limitFields.map((field) => field.path.replace("limits.", ""));

export function termsOf(persona: PersonaWholeFragment | undefined): Terms {
  const limits = persona?.limits as Record<string, Limit> | undefined;
  return {
    description: persona?.description ?? "",
    limits: Object.fromEntries(names.map((name) => [name, limits?.[name] ?? null])),
    ownNetwork: Boolean(persona?.network),
    network: persona?.network ? toLines.network({ network: persona.network }) : "",
  };
}

/** As the API takes it, of all terms at once. */
export const inputOf = ({ description, limits, ownNetwork, network }: Terms) => ({
  description: description.trim(),
  limits,
  network: ownNetwork ? rulesIn(network) : null,
});

/** The limits that a persona has, in words. */
export const narrowedBy = (persona: PersonaWholeFragment): string =>
  limitFields
    .filter((field) => typeof (persona.limits as Record<string, Limit>)[field.path.replace("limits.", "")] === "number")
    .map((field) => field.label.toLowerCase())
    .join(", ");
