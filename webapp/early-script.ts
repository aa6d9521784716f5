import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import type { Plugin } from "vite";

/** A small classic script that runs before the first paint, as a hashed file of its own: the page has no inline script. */
export function earlyScript(path: string): Plugin {
  const source = readFileSync(path, "utf-8");
  const digest = createHash("sha256").update(source).digest("base64url").slice(0, 8);
  const fileName = `assets/early-${digest}.js`;
  return {
    name: "early-script",
    configureServer: (server) => {
      server.middlewares.use(`/${fileName}`, (_request, response) => {
        response.setHeader("content-type", "text/javascript").end(source);
      });
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName, source });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: `/${fileName}` }, injectTo: "head-prepend" }],
  };
}
