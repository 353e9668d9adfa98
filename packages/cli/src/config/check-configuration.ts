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
  const { agents = [], models, plugins = [] }: IceConfig = config;
  for (const [index, agent] of agents.entries())
    if ("model" in agent) check(agent, { schema: modelAgentSchema, file, at: ["agents", index] });
  if (models === undefined) return config;
  if (plugins.some((plugin: Partial<Plugin> | null) => plugin?.name === "@ice/llm"))
    throw invalid(file, "it has `models` and a plugin `models()`", "write all models into one of the two");
  await checkModelsOf(models, file);
  return config;
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

async function checkModelsOf(models: NonNullable<IceConfig["models"]>, file: string): Promise<void> {
  // Loaded only when models are configured.
  const { checkModels } = await import("@ice/llm");
  try {
    checkModels(models);
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
