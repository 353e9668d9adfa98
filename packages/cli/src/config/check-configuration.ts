import { IceError, type Plugin } from "@ice/core";
import { isPlainObject, modelAgentSchema, problemsOf, type Keys } from "@ice/core/internal";
import { z } from "zod";
import { iceConfigSchema } from "./config-schema.ts";
import type { IceConfig } from "./ice-config.ts";

/**
 * A configuration as the owner's code exported it, checked against its schema.
 *
 * @throws IceError `ICE_USAGE` naming the field.
 */
export async function checkConfiguration(config: unknown, file: string): Promise<IceConfig> {
  if (!isPlainObject(config))
    throw new IceError("ICE_USAGE", `The configuration ${file} exports no object.`, {
      fix: "write: export default defineConfig({ … })",
    });
  check(config, { schema: iceConfigSchema, file });
  const { agents = [], models, mcp }: IceConfig = config;
  for (const [index, agent] of agents.entries())
    if ("model" in agent) check(agent, { schema: modelAgentSchema, file, at: ["agents", index] });
  checkPlugins(config, file);
  // The packages are loaded only for what is configured.
  if (models !== undefined) {
    const { checkModels } = await import("@ice/llm");
    checkWith(() => checkModels(models), file);
  }
  if (mcp !== undefined) {
    const { checkMcp } = await import("@ice/mcp");
    checkWith(() => checkMcp(mcp), file);
  }
  return config;
}

/** The plugin that a field configures would not see the field. */
function checkPlugins({ models, mcp, plugins = [] }: IceConfig, file: string): void {
  const has = (name: string): boolean => plugins.some((plugin: Partial<Plugin> | null) => plugin?.name === name);
  if (models !== undefined && has("@ice/llm"))
    throw invalid(file, "it has `models` and a plugin `models()`", "write all models into one of the two");
  if (mcp !== undefined && has("@ice/mcp"))
    throw invalid(file, "it has `mcp` and a plugin `mcp()`", "write all servers into one of the two");
}

interface Place {
  readonly schema: z.ZodType;
  readonly file: string;
  /** Where in the configuration the value stands. */
  readonly at?: Keys;
}

function check(value: object, { schema, file, at = [] }: Place): void {
  const { error } = schema.safeParse(value);
  if (error === undefined) return;
  const [problem] = problemsOf(error, schema, value);
  const { keys, message, fix } = problem!; // an error has at least one
  const isUnknown = error.issues.some(({ code }) => code === "unrecognized_keys"); // those come first
  const about = isUnknown ? `unknown field \`${[...at, ...keys].join(".")}\`` : message;
  throw invalid(file, about, isUnknown && fix !== undefined ? fix : `give ${valueFor(schema, keys, at)}`);
}

/** Runs a check that names the field itself. */
function checkWith(run: () => void, file: string): void {
  try {
    run();
  } catch (error) {
    if (!IceError.is(error)) throw error;
    throw invalid(file, error.message.replace(/\.$/, ""), error.fix);
  }
}

const invalid = (file: string, about: string, fix: string | undefined): IceError =>
  new IceError("ICE_USAGE", `The configuration ${file} is not valid: ${about}.`, { fix });

/** The nearest field that a schema describes, and what it takes. */
function valueFor(whole: z.ZodType, keys: Keys, at: Keys): string {
  let [schema, field] = [whole, at.join(".")];
  for (const [depth, key] of keys.entries()) {
    const inner: unknown = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
    const child = inner instanceof z.ZodObject ? (inner.shape[key] as z.ZodType | undefined) : undefined;
    if (child === undefined) break;
    schema = child;
    field = [...at, ...keys.slice(0, depth + 1)].join(".");
  }
  return `\`${field}\` ${schema.description}`;
}
