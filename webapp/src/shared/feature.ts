import type { Icon } from "@tabler/icons-react";

/** A line of the navigation. `to` is an address; below a project it is joined to that project's. */
export interface NavEntry {
  label: string;
  icon: Icon;
  to: string;
  /** Other addresses that belong to it, as no line leads to them. */
  also?: readonly string[];
  /** Of the server as a whole, or of each project. */
  of: "server" | "project";
  /** Where it stands: smaller comes first. Tens, so that something fits in between. */
  order: number;
  /** Not offered to who has not got this scope. */
  scope?: string;
  /** The second key after `g`, which goes there. */
  key?: string;
}

/** What a command of the palette finds around it. */
export interface PaletteContext {
  /** The current project's slug, where the page is below one. */
  project: string | undefined;
  go: (address: string) => void;
  may: (scope: string) => boolean;
}

export interface PaletteCommand {
  id: string;
  label: string;
  description?: string;
  icon: Icon;
  keywords?: string[];
  run: () => void;
}

/**
 * What a feature adds to the frame. Its routes are beside it in `routes.tsx`, and hang on those of
 * `shared/routing/parents`; app lists both.
 */
export interface Feature {
  nav?: readonly NavEntry[];
  commands?: (context: PaletteContext) => readonly PaletteCommand[];
}
