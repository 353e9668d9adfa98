import { IceError } from "@ice/core";
import { didYouMean, placed, problemsOf, type Keys } from "@ice/core/internal";
import { z } from "zod";
import { parseModelName, providerIdPattern } from "./model-name.ts";
import { providerTypes, type ModelsOptions } from "./models-options.ts";
import { modelsSchema } from "./models-schema.ts";

/** Providers that need no configuration: those with an environment variable, and the built-in mocks. */
const knownProviders = ["openai", "anthropic", "google", "mock"] as const;

/**
 * Checks what the owner configured under `models`.
 *
 * @throws IceError `ICE_USAGE` naming the field, with a fix.
 */
export function checkModels(options: ModelsOptions): void {
  const { error } = modelsSchema.safeParse(options);
  if (error !== undefined) {
    const [problem] = problemsOf(error, modelsSchema, options);
    const { keys, message, fix } = problem!; // an error has at least one
    const isUnknown = error.issues.some(({ code }) => code === "unrecognized_keys"); // those come first
    throw isUnknown && fix !== undefined
      ? refuse(keys, "is not a known field", fix)
      : refuse(keys, message, `give ${valueFor(keys)}`);
  }
  const providers = Object.entries(options.providers ?? {});
  for (const [id, { type = id, baseUrl, api, apiKey }] of providers) {
    const keys = ["providers", id];
    if (id === "mock" || !providerIdPattern.test(id))
      throw refuse(
        keys,
        id === "mock" ? "is built in" : "is not a valid provider id",
        "use another id: up to 32 lowercase letters, digits and `-`, beginning with a letter",
      );
    if (!(providerTypes as readonly string[]).includes(type))
      throw refuse(
        [...keys, "type"],
        "is missing",
        `write type: "openai-compatible", or one of ${providerTypes.join(", ")}`,
      );
    if (type === "openai-compatible" && baseUrl === undefined)
      throw refuse([...keys, "baseUrl"], "is missing", `write baseUrl: "http://127.0.0.1:11434/v1"`);
    if (baseUrl !== undefined && /^https?:\/\/[^/?#]*@/.test(baseUrl))
      throw refuse([...keys, "baseUrl"], "holds a password", "write the key as `apiKey`, or into `headers`");
    if (apiKey !== undefined && /^secret:(?!\/\/[\w-]+$)/i.test(apiKey))
      throw refuse([...keys, "apiKey"], "is not a reference to a secret", 'write apiKey: "secret://NAME"');
    if (api !== undefined && type !== "openai")
      throw refuse([...keys, "api"], "is available only for the type openai", "remove it");
  }
  const ids = new Set([...knownProviders, ...providers.map(([id]) => id)]);
  checkAliases(options, ids);
  for (const name of Object.keys(options.prices ?? {}))
    checkTarget(["prices", name], name.endsWith("/*") ? `${name.slice(0, -1)}any` : name, ids);
}

function checkAliases({ aliases = {} }: ModelsOptions, ids: ReadonlySet<string>): void {
  for (const [name, target] of Object.entries(aliases)) {
    if (!/^[A-Za-z][\w.-]{0,63}$/.test(name))
      throw refuse(
        ["aliases", name],
        "is not a valid alias name",
        "use letters, digits, `.`, `_` and `-`, beginning with a letter",
      );
    for (const model of [target].flat()) checkTarget(["aliases", name], model, ids);
  }
}

function checkTarget(keys: Keys, model: string, ids: ReadonlySet<string>): void {
  const parsed = parseModelName(model);
  if (parsed === undefined) throw refuse(keys, `"${model}" is not a model`, "write `provider/model`");
  if (!ids.has(parsed.provider))
    throw refuse(
      keys,
      `there is no provider "${parsed.provider}"`,
      didYouMean(parsed.provider, ids) || `configure models.providers.${parsed.provider}`,
    );
}

const refuse = (keys: Keys, message: string, fix: string): IceError =>
  new IceError("ICE_USAGE", `${placed("models", keys, message)}.`, { fix });

/** The nearest field that the schema describes, and what it takes. */
function valueFor(keys: Keys): string {
  let schema: z.ZodType | undefined = modelsSchema;
  let [place, found] = ["models", "`models` an object"];
  for (const key of keys) {
    schema = childOf(schema, key);
    if (schema === undefined) break;
    place = `${place}.${key}`;
    if (schema.description !== undefined) found = `\`${place}\` ${schema.description}`;
  }
  return found;
}

function childOf(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  const inner: unknown = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  return inner instanceof z.ZodObject ? (inner.shape[key] as z.ZodType | undefined) : undefined;
}
