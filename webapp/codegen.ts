import { globSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { codegen } from "@graphql-codegen/core";
import * as fragmentMatcher from "@graphql-codegen/fragment-matcher";
import { preset } from "@graphql-codegen/near-operation-file-preset";
import type { CodegenPlugin, Types } from "@graphql-codegen/plugin-helpers";
import * as typedDocuments from "@graphql-codegen/typed-document-node";
import * as types from "@graphql-codegen/typescript";
import * as operations from "@graphql-codegen/typescript-operations";
import { Source, buildSchema, lexicographicSortSchema, parse, printSchema } from "graphql";

import * as cacheFacts from "./codegen-cache.ts";

/**
 * `npm run codegen`: typed documents beside the `.graphql` files (`x.graphql` gives `x.generated.ts`), so that each
 * feature's chunk holds its own, and what the normalized cache has to know of the schema. None of it is committed.
 *
 * By the generator's core: its command line brings 240 packages more, for schemas and documents of other kinds.
 */
const SCHEMA = "../schema/quarterdeck_schema/schema.graphql";
const SHARED = "src/shared/graphql";
const CONFIG = {
  enumsAsTypes: true,
  immutableTypes: true,
  useTypeImports: true,
  skipTypename: true,
  strictScalars: true,
  defaultScalarType: "unknown",
  scalars: { Long: "number", DateTime: "string", Date: "string", Decimal: "string", Base64: "string" },
  emitLegacyCommonJSImports: true,
  importExtension: "" as const,
};

type Plugins = Record<string, CodegenPlugin>;

const by = (pluginMap: Plugins) => ({ pluginMap, plugins: Object.keys(pluginMap).map((name) => ({ [name]: {} })) });

/** A file that stays as it is keeps its time: `vite` takes those that have another for changed. */
async function write(path: string, content: string): Promise<void> {
  const there = await readFile(path, "utf8").catch(() => undefined);
  if (there !== content) await writeFile(path, content);
}

async function documentsIn(folder: string): Promise<Types.DocumentFile[]> {
  const found = globSync(`${folder}/**/*.graphql`).toSorted();
  return Promise.all(
    found.map(async (path) => {
      const location = fileURLToPath(new URL(path, import.meta.url));
      const rawSDL = await readFile(location, "utf8");
      return { location, rawSDL, document: parse(new Source(rawSDL, path)) };
    }),
  );
}

async function main(): Promise<void> {
  process.chdir(import.meta.dirname);
  const schemaAst = lexicographicSortSchema(buildSchema(await readFile(SCHEMA, "utf8")));
  const from = {
    schemaAst,
    schema: parse(printSchema(schemaAst)),
    documents: await documentsIn("src"),
    config: CONFIG,
  };
  const beside = await preset.buildGeneratesSection({
    ...from,
    ...by({ "typescript-operations": operations, "typed-document-node": typedDocuments }),
    baseOutputDir: "src/",
    presetConfig: { baseTypesPath: "shared/graphql/schema.generated.ts", extension: ".generated.ts" },
  });
  const all = [
    { ...from, ...by({ typescript: types }), filename: `${SHARED}/schema.generated.ts` },
    {
      ...from,
      ...by({ "fragment-matcher": fragmentMatcher }),
      config: { ...CONFIG, useExplicitTyping: false },
      filename: `${SHARED}/possible-types.generated.ts`,
    },
    { ...from, ...by({ cacheFacts }), filename: `${SHARED}/cache-facts.generated.ts` },
    ...beside,
  ];
  await Promise.all(all.map(async (each) => write(each.filename, await codegen(each))));
}

await main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`); // with the file and the line, where it is a document's
  process.exitCode = 1;
});
