import { builtinNodes, nodeJsonSchema, type JsonObject, type NodeDefinition } from "@ice/core";

/** `docs/reference/nodes.md`: every node type with its fields, from the descriptions in the models. */
export function nodeReference(): string {
  const definitions: readonly NodeDefinition[] = Object.values(builtinNodes);
  const shared = commonFields(definitions);
  return `# Node types

Written from the models in \`packages/core/src/nodes/\`. Fields with * are required. *template* and *CEL* fields are evaluated; the rest is taken as it is.

## Every node

${table(definitions[0]!, (name) => shared.has(name))}
${definitions.map((definition) => `## ${definition.type}\n\n${definition.description}\n\n${table(definition, (name) => !shared.has(name))}`).join("\n")}`;
}

/** Names that all types have with the same words. */
function commonFields(definitions: readonly NodeDefinition[]): ReadonlySet<string> {
  const [first, ...others] = definitions.map((definition) => fieldsOf(nodeJsonSchema(definition)));
  return new Set([...first!.keys()].filter((name) => name !== "type" && others.every((fields) => fields.has(name))));
}

function table(definition: NodeDefinition, wanted: (name: string) => boolean): string {
  const schema = nodeJsonSchema(definition);
  const required = new Set(schema["required"] as string[] | undefined);
  const rows = [...fieldsOf(schema)]
    .filter(([name]) => name !== "type" && wanted(name))
    .map(([name, field]) => {
      const syntax = definition.fields === "templates" ? "template" : definition.fields[name]?.syntax;
      const kind = syntax === "expression" ? "CEL" : syntax === "template" ? "template" : typeOf(field);
      return `| \`${name}\`${required.has(name) ? "*" : ""} | ${kind} | ${String(field["description"] ?? "")
        .replaceAll("|", "\\|")
        .replaceAll("<", "&lt;")} |`;
    });
  return `| field | | |\n|---|---|---|\n${rows.join("\n")}\n`;
}

const fieldsOf = (schema: JsonObject): ReadonlyMap<string, JsonObject> =>
  new Map(Object.entries((schema["properties"] ?? {}) as Record<string, JsonObject>));

/** A short word for a JSON Schema: `string`, `integer`, `all \| strict \| …`, `node[]`. */
function typeOf(schema: JsonObject): string {
  const enumeration = schema["enum"];
  if (Array.isArray(enumeration)) return enumeration.map((value) => `\`${String(value)}\``).join(" \\| ");
  if (schema["const"] !== undefined) return `\`${JSON.stringify(schema["const"])}\``;
  const anyOf = (schema["anyOf"] ?? schema["oneOf"]) as readonly JsonObject[] | undefined;
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(" \\| ");
  if (schema["type"] === "array") {
    const items = (schema["items"] ?? {}) as JsonObject;
    return `list of ${items["$ref"] === undefined ? typeOf(items) : "nodes"}`;
  }
  return typeof schema["type"] === "string" ? schema["type"] : "any JSON";
}
