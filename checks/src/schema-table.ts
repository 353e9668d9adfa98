import type { SchemaField } from "@ice/core/internal";

/** Fields as a Markdown table; a value that is not an object as a sentence. */
export function schemaTable(fields: readonly SchemaField[]): string {
  const [first] = fields;
  if (first?.path === "") return `${cell(first.type)}. ${cell(first.description)}`.trim().concat("\n");
  return `| field | type | default | |\n|---|---|---|---|\n${fields.map(rowOf).join("\n")}\n`;
}

function rowOf({ path, required, type, default: value, description }: SchemaField): string {
  const shown = value === undefined ? "" : `\`${JSON.stringify(value)}\``;
  return `| \`${path}\`${required ? "*" : ""} | ${cell(type)} | ${shown} | ${cell(description)} |`;
}

export const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
