import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { Plugin } from "vite";

const NAMES = /\/@mantine\/(core|notifications|spotlight)\/esm\/(?:.*\/)?(\w+)\.module\.mjs$/u;
const WHOLE = /\/@mantine\/(core|notifications|spotlight)\/styles\.layer\.css$/u;
/** What all components rest on, in the order in which the whole sheet has it. */
const BASE = ["baseline", "default-css-variables", "global"];
const OWN = "?own";

const { resolve } = createRequire(import.meta.url);
const read = (name: string) => readFileSync(resolve(`@mantine/core/styles/${name}.layer.css`), "utf-8");

/**
 * Lets each component of Mantine bring its own sheet into a build, in the place of the whole ones, which hold a hundred
 * components' and keep the first page from being drawn.
 */
export const componentStyles = (): Plugin => ({
  name: "component-styles",
  apply: "build",
  enforce: "pre",
  transform: {
    filter: { id: NAMES },
    handler(code, id) {
      const [, part, name] = NAMES.exec(id) ?? [];
      return `import "@mantine/${part}/${part === "core" ? `styles/${name}` : "styles"}.layer.css${OWN}";\n${code}`;
    },
  },
  load: {
    filter: { id: [WHOLE, /\?own$/u] },
    handler(id) {
      if (id.endsWith(OWN)) return readFileSync(id.slice(0, -OWN.length), "utf-8");
      return WHOLE.exec(id)?.[1] === "core" ? BASE.map(read).join("\n") : "";
    },
  },
});
