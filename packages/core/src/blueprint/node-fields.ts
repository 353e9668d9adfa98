import { schemaFields, type SchemaField } from "../json-schema/schema-fields.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import { nodeJsonSchema } from "./blueprint-json-schema.ts";

/** The fields of a node as an author writes them, without `type`. What is evaluated has the type `template` or `CEL`. */
export function nodeFields(definition: NodeDefinition): readonly SchemaField[] {
  const { fields, config } = definition;
  return schemaFields(nodeJsonSchema(definition))
    .filter(({ path }) => path !== "type")
    .map((field) => {
      const rule = fields === "templates" ? { syntax: "template" } : fields[field.path];
      const own = Object.hasOwn(config.shape, field.path);
      if (!own || rule === undefined || rule.syntax === "text") return field;
      return { ...field, type: rule.syntax === "expression" ? "CEL" : "template" };
    });
}
