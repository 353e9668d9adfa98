import { builtinNodes, type NodeDefinition } from "@ice/core";
import { jsonSchemaOf, nodeFields, schemaFields } from "@ice/core/internal";
import { z } from "zod";
import { schemaTable } from "./schema-table.ts";

/** `docs/reference/nodes.md`: every node type with its fields and its output, from the descriptions in the models. */
export function nodeReference(): string {
  const definitions: readonly NodeDefinition[] = Object.values(builtinNodes);
  const shared = commonFields(definitions);
  return `# Node types

Written from the models in \`packages/core/src/nodes/\`. Fields with * are required. *template* and *CEL* fields are evaluated; the rest is taken as it is. \`a.b\` is a field of an object, \`a[].b\` of the entries of a list, \`a.*.b\` of the values of a map.

## Every node

\`human\`, \`wait\` and \`end\` have no \`retryPolicy\`. \`cache\` is a field of \`tool\`, \`llm\`, \`agent\`, \`swarm\`, \`code\`, \`workflow\` and of registered types.

${table(definitions[0]!, (name) => shared.has(name))}
${definitions.map((definition) => section(definition, shared)).join("\n")}`;
}

function section(definition: NodeDefinition, shared: ReadonlySet<string>): string {
  const { type, description, declares = z.unknown() } = definition;
  return `## ${type}

${description}

Example: [in YAML](../../examples/node-types/${type}.yaml), [with the builder](../../examples/node-types/src/builder.ts).

${table(definition, (name) => !shared.has(name) || Object.hasOwn(definition.config.shape, name))}
### Output of ${type}

${schemaTable(schemaFields(jsonSchemaOf(declares, "output")))}`;
}

/** Names of the fields that do not belong to a type. */
function commonFields(definitions: readonly NodeDefinition[]): ReadonlySet<string> {
  const { base } = definitions.find(({ inputField }) => inputField === undefined)!;
  return new Set(Object.keys(base.shape).filter((name) => name !== "type"));
}

function table(definition: NodeDefinition, wanted: (name: string) => boolean): string {
  return schemaTable(nodeFields(definition).filter(({ path }) => wanted(path.split(/[.[]/, 1)[0]!)));
}
