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
import { type GraphQLSchema, buildSchema, lexicographicSortSchema, parse, printSchema } from "graphql";

import * as cacheFacts from "./codegen-cache.ts";

/**
 * `npm run codegen`: typed documents beside the `.graphql` files (`x.graphql` gives `x.generated.ts`), so that each
 * feature's chunk holds its own, and what the normalized cache has to know of the schema. None of it is committed.
 *
 * By the generator's core: its command line brings three hundred packages more, for schemas and documents of other kinds.
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

/** What is the same for all that is generated. */
function wanted(schemaAst: GraphQLSchema, documents: Types.DocumentFile[], pluginMap: Plugins, more: object = {}) {
  return {
    schema: parse(printSchema(schemaAst)),
    schemaAst,
    documents,
    config: { ...CONFIG, ...more },
    pluginMap,
    plugins: Object.keys(pluginMap).map((name) => ({ [name]: {} })),
  };
}

async function documentsIn(folder: string): Promise<Types.DocumentFile[]> {
  const found = globSync(`${folder}/**/*.graphql`).toSorted();
  return Promise.all(
    found.map(async (path) => {
      const location = fileURLToPath(new URL(path, import.meta.url));
      const rawSDL = await readFile(location, "utf8");
      return { location, rawSDL, document: parse(rawSDL) };
    }),
  );
}

async function main(): Promise<void> {
  process.chdir(import.meta.dirname);
  const schema = lexicographicSortSchema(buildSchema(await readFile(SCHEMA, "utf8")));
  const documents = await documentsIn("src");
  const beside = await preset.buildGeneratesSection({
    ...wanted(schema, documents, { "typescript-operations": operations, "typed-document-node": typedDocuments }),
    baseOutputDir: "src/",
    presetConfig: { baseTypesPath: "shared/graphql/schema.generated.ts", extension: ".generated.ts" },
  });
  const all = [
    { filename: `${SHARED}/schema.generated.ts`, ...wanted(schema, documents, { typescript: types }) },
    {
      filename: `${SHARED}/possible-types.generated.ts`,
      ...wanted(schema, documents, { "fragment-matcher": fragmentMatcher }, { useExplicitTyping: false }),
    },
    { filename: `${SHARED}/cache-facts.generated.ts`, ...wanted(schema, documents, { cacheFacts }) },
    ...beside,
  ];
  await Promise.all(all.map(async (each) => writeFile(each.filename, await codegen(each))));
}

await main();
