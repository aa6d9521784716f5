import { defaultStringifySearch } from "@tanstack/react-router";

import { uuidOf } from "@/shared/text/ids";

/** Addresses of pages by what they show, for what cannot name a route: other features' pages, the palette. */
const below = (slug: string, ...parts: string[]): string =>
  `/p/${[slug, ...parts].map((part) => encodeURIComponent(part)).join("/")}`;

export const sessionAddress = (slug: string, session: string): string => below(slug, "sessions", uuidOf(session));

export const commandAddress = (slug: string, session: string, command: string): string =>
  below(slug, "sessions", uuidOf(session), "commands", uuidOf(command));

/** Below a command's: the line of its output at a byte. */
export const outputAddress = (command: string, offset: number): string =>
  `${command}${defaultStringifySearch({ view: "text", from: offset })}`;

/** A search of a project, or of all that the viewer may see. */
export const searchAddress = (slug: string | undefined, asked: { q?: string; session?: string }): string =>
  `${slug === undefined ? "/search" : below(slug, "search")}${defaultStringifySearch(asked)}`;

/** A page about a session as a whole, such as `files`, `changes` and `replay`. */
export const sessionPlace = (slug: string, session: string, place: string): string =>
  below(slug, "sessions", uuidOf(session), place);

export const taskAddress = (slug: string, number: number): string => below(slug, "tasks", String(number));

/** A noun's page of a project, such as `budgets`, or without one of the server; with an id, that of one of them. */
export function nounAddress(slug: string | undefined, noun: string, id?: string): string {
  const parts = id === undefined ? [noun] : [noun, uuidOf(id)];
  return slug === undefined ? `/${parts.map((part) => encodeURIComponent(part)).join("/")}` : below(slug, ...parts);
}

/** A session's files at a point in time, or one of them; without a point, as they are now. */
export const filesAt = (slug: string, session: string, asked: { path?: string; at?: string | undefined }): string =>
  `${sessionPlace(slug, session, "files")}${defaultStringifySearch(asked)}`;

interface ChangesAsked {
  /** Points in time: commands, or names of trees. */
  from?: string | undefined;
  to?: string;
  path?: string | undefined;
}

/** What changed in a session between two points in time. */
export const changesAt = (slug: string, session: string, asked: ChangesAsked): string =>
  `${sessionPlace(slug, session, "changes")}${defaultStringifySearch(asked)}`;
