import type { CodegenConfig } from "@graphql-codegen/cli";

/**
 * Typed documents beside the `.graphql` files (`x.graphql` gives `x.generated.ts`), so that each feature's chunk
 * holds its own, and what the normalized cache has to know of the schema. None of it is committed.
 */
const config: CodegenConfig = {
  schema: "../schema/quarterdeck_schema/schema.graphql",
  documents: "src/**/*.graphql",
  silent: true,
  errorsOnly: true,
  config: {
    enumsAsTypes: true,
    immutableTypes: true,
    useTypeImports: true,
    skipTypename: true,
    strictScalars: true,
    defaultScalarType: "unknown",
    scalars: { Long: "number", DateTime: "string", Date: "string", Decimal: "string", Base64: "string" },
  },
  generates: {
    "src/shared/graphql/schema.generated.ts": { plugins: ["typescript"] },
    "src/shared/graphql/possible-types.generated.ts": {
      plugins: ["fragment-matcher"],
      config: { useExplicitTyping: false },
    },
    "src/shared/graphql/cache-facts.generated.ts": { plugins: ["./codegen-cache.ts"] },
    "src/": {
      preset: "near-operation-file",
      presetConfig: { baseTypesPath: "shared/graphql/schema.generated.ts", extension: ".generated.ts" },
      plugins: ["typescript-operations", "typed-document-node"],
    },
  },
};

export default config;
