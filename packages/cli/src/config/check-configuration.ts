import { IceError } from "@ice/core";
import { isPlainObject, problemsOf, type Keys } from "@ice/core/internal";
import { z } from "zod";
import { iceConfigSchema } from "./config-schema.ts";
import type { IceConfig } from "./ice-config.ts";

/**
 * A configuration as the owner's code exported it, checked against its schema.
 *
 * @throws IceError `ICE_USAGE` naming the field.
 */
export function checkConfiguration(config: unknown, file: string): IceConfig {
  if (!isPlainObject(config))
    throw new IceError("ICE_USAGE", `The configuration ${file} exports no object.`, {
      fix: "write: export default defineConfig({ … })",
    });
  const { error } = iceConfigSchema.safeParse(config);
  if (error === undefined) return config;
  const [problem] = problemsOf(error, iceConfigSchema, config);
  const { keys, message, fix } = problem!; // an error has at least one
  const isUnknown = error.issues.some(({ code }) => code === "unrecognized_keys"); // those come first
  throw new IceError(
    "ICE_USAGE",
    `The configuration ${file} is not valid: ${isUnknown ? `unknown field \`${keys.join(".")}\`` : message}.`,
    { fix: isUnknown && fix !== undefined ? fix : `give ${valueFor(keys)}` },
  );
}

/** The nearest field that a schema describes, and what it takes. */
function valueFor(keys: Keys): string {
  let [schema, field]: [z.ZodType, string] = [iceConfigSchema, ""];
  for (const [depth, key] of keys.entries()) {
    const inner: unknown = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
    const child = inner instanceof z.ZodObject ? (inner.shape[key] as z.ZodType | undefined) : undefined;
    if (child === undefined) break;
    schema = child;
    field = keys.slice(0, depth + 1).join(".");
  }
  return `\`${field}\` ${schema.description}`;
}
