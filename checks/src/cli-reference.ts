import { describeCommands, iceConfigSchema, type CommandDescription, type OptionDescription } from "@ice/cli";
import { jsonSchemaOf, modelAgentSchema, schemaFields } from "@ice/core/internal";
import { modelsSchema } from "@ice/llm";
import { z } from "zod";
import { cell } from "./schema-table.ts";

/** The parts of `docs/reference/cli.md` that are generated from the sources, between comments with these names. */
export function cliReference(page: string): string {
  return withPart(withPart(page, "commands", commands()), "configuration", configuration());
}

/** @throws Error when the page has no such part. */
function withPart(page: string, name: string, text: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest] = split(page, open);
  const [, after] = split(rest, close);
  return `${before}${open}\n\n${text}\n\n${close}${after}`;
}

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`docs/reference/cli.md has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function commands(): string {
  const { commands, options } = describeCommands();
  const rows = commands.map(({ name, summary }) => `| [\`ice ${name}\`](#ice-${name}) | ${cell(summary)} |`);
  return `## Commands

| command | |
|---|---|
${rows.join("\n")}

### Options of every command

${table(options)}

${commands.map(section).join("\n\n")}`;
}

function section({ name, usage, summary, details, options, examples }: CommandDescription): string {
  const text = `### ice ${name}

${`${summary}. ${details}`.trim()}

\`\`\`text
${usage.join("\n")}
\`\`\`
`;
  const own = options.length === 0 ? "" : `\n${table(options)}\n`;
  return `${text}${own}
Examples:

\`\`\`sh
${examples.join("\n")}
\`\`\``;
}

const table = (options: readonly OptionDescription[]): string =>
  `| option | |\n|---|---|\n${options.map(([option, help]) => `| \`${option}\` | ${cell(help)} |`).join("\n")}`;

function configuration(): string {
  const { shape } = iceConfigSchema;
  const models = modelsSchema.optional().describe(shape.models.description ?? "");
  const agents = z.array(modelAgentSchema).describe(shape.agents.description ?? "");
  const fields = schemaFields(jsonSchemaOf(iceConfigSchema.extend({ agents, models }), "input"));
  const rows = fields.map(({ path, description }) => `| \`${path}\` | ${cell(description)} |`);
  return `| field | takes |\n|---|---|\n${rows.join("\n")}`;
}
