import { schemaFields, type SchemaField } from "../json-schema/schema-fields.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import { nodeJsonSchema } from "./blueprint-json-schema.ts";

/** The fields of a node as an author writes them, without `type`. Evaluated fields have the type `template` or `CEL`. */
export function nodeFields(definition: NodeDefinition): readonly SchemaField[] {
  const { fields, config } = definition;
  return schemaFields(nodeJsonSchema(definition))
    .filter(({ path }) => path !== "type")
    .map((field) => {
      const syntax = fields === "templates" ? ownSyntax(config, field.path) : fields[field.path]?.syntax;
      return syntax === "template" || syntax === "expression" ? { ...field, type: shown[syntax] } : field;
    });
}

const shown = { template: "template", expression: "CEL" } as const;

const ownSyntax = ({ shape }: NodeDefinition["config"], name: string): "template" | undefined =>
  Object.hasOwn(shape, name) ? "template" : undefined;
