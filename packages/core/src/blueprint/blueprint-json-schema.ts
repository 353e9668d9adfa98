import { z } from "zod";
import type { JsonObject } from "../json/json.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import { blueprintSchema } from "./blueprint.ts";

/** JSON Schema (draft 2020-12) of one node type as an author writes it; lists of children refer to `#/$defs/node`. */
export function nodeJsonSchema({ schema, description }: NodeDefinition): JsonObject {
  return { ...toJsonSchema(schema), ...(description === "" ? {} : { description }) };
}

/** JSON Schema (draft 2020-12) of whole blueprints, for editors: the envelope, and one alternative per node type. */
export function blueprintJsonSchema(definitions: Iterable<NodeDefinition>): JsonObject {
  const types: Record<string, JsonObject> = {};
  for (const definition of definitions) types[`${definition.type}Node`] = withoutDialect(nodeJsonSchema(definition));
  const node = { oneOf: Object.keys(types).map((name) => ({ $ref: `#/$defs/${name}` })) };
  return { title: "ice blueprint", ...toJsonSchema(blueprintSchema), $defs: { node, ...types } };
}

function toJsonSchema(schema: z.ZodType): JsonObject {
  return z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override({ jsonSchema }) {
      if (jsonSchema["iceNodes"] !== true) return;
      delete jsonSchema["iceNodes"];
      jsonSchema.items = { $ref: "#/$defs/node" };
    },
  }) as unknown as JsonObject;
}

function withoutDialect(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema"));
}
