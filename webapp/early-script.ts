import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { formatDocument, makeOperation } from "@urql/core";
import { makeFetchBody, makeFetchOptions } from "@urql/core/internal";
import { minifySync, type Plugin, type ViteDevServer } from "vite";

import type { routeChunks } from "./route-chunks.ts";

const SOURCE = "src/app/early.js";
/** What every page with the frame asks. */
const ASKED = ["src/shared/graphql/Viewer.generated.ts", "src/shared/projects/Projects.generated.ts"];

/**
 * A small classic script that runs before the first paint, as a hashed file of its own: the page has no inline script.
 * It knows which chunks each route needs, and what every page asks.
 */
export function earlyScript(routes: ReturnType<typeof routeChunks>): Plugin {
  let fileName = "early.js";
  return {
    name: "early-script",
    configureServer: (server: ViteDevServer) => {
      server.middlewares.use(`/${fileName}`, (_request, response) => {
        response.setHeader("content-type", "text/javascript").end(scriptOf([], []));
      });
    },
    async generateBundle(_options, bundle) {
      const source = scriptOf(routes.of(bundle), await Promise.all(ASKED.map(questionIn)));
      fileName = `assets/early-${createHash("sha256").update(source).digest("base64url").slice(0, 8)}.js`;
      this.emitFile({ type: "asset", fileName, source });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: `/${fileName}` }, injectTo: "head-prepend" }],
  };
}

function scriptOf(chunks: unknown, questions: readonly string[]): string {
  const given = `const CHUNKS = ${JSON.stringify(chunks)}, QUESTIONS = ${JSON.stringify(questions)};`;
  const { code, errors } = minifySync(SOURCE, `(() => {${given}${readFileSync(SOURCE, "utf-8")}})();`);
  if (errors.length > 0) throw new Error(`${SOURCE}: ${errors[0]?.message}`);
  return code;
}

/** As the client will ask it, letter by letter: its first answer is found by that. */
async function questionIn(path: string): Promise<string> {
  const module: Record<string, Parameters<typeof formatDocument>[0]> = await import(pathToFileURL(path).href);
  const document = Object.entries(module).find(([name]) => name.endsWith("Document"))?.[1];
  if (!document) throw new Error(`${path} holds no document`);
  const takesSome = document.definitions.some(
    (each) => "variableDefinitions" in each && each.variableDefinitions?.length,
  );
  const request = { key: 0, query: formatDocument(document), variables: takesSome ? {} : undefined };
  const context = { url: "/graphql", requestPolicy: "cache-first", preferGetMethod: false } as const;
  const { body } = makeFetchOptions(makeOperation("query", request, context), makeFetchBody(request));
  if (typeof body !== "string") throw new Error(`${path} is not asked in words`);
  return body;
}
