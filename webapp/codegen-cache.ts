import type { CodegenPlugin } from "@graphql-codegen/plugin-helpers";
import { type GraphQLObjectType, getNamedType, isObjectType } from "graphql";

/** A plugin: types that are no entities, which lie within others, and fields that are read page by page. */
const plugin: CodegenPlugin["plugin"] = (schema) => {
  const types = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith("__"),
  );
  const embedded = types.filter((type) => !("id" in type.getFields())).map((type) => type.name);
  const connections = types.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => getNamedType(field.type).name.endsWith("Connection"))
      .map((field) => [type.name, field.name]),
  );
  return [
    `export const embedded: readonly string[] = ${JSON.stringify(embedded)};`,
    `export const connections: readonly (readonly [string, string])[] = ${JSON.stringify(connections)};`,
  ].join("\n");
};

export { plugin };
