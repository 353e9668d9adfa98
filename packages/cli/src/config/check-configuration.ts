import { defaultOwnerLimits, didYouMean, IceError, isPlainObject } from "@ice/core";
import type { IceConfig } from "./ice-config.ts";

/** What a field takes, in words, and whether a value is that. */
type Shape = readonly [takes: string, fits: (value: unknown) => boolean];

const shapes: { readonly [Field in keyof Required<IceConfig>]: Shape } = {
  plugins: ["a list of plugins: plugins: [toolPack()]", Array.isArray],
  tools: ["a list of tools made with defineTool()", (value) => isListOf(value, isRunnable)],
  agents: ["a list of agents made with defineAgent()", (value) => isListOf(value, isRunnable)],
  workflows: [
    "a list of blueprints with names",
    (value) => isListOf(value, (entry) => isPlainObject(entry) && isText(entry["name"])),
  ],
  limits: [
    `numbers above 0 for ${Object.keys(defaultOwnerLimits).join(", ")}`,
    (value) =>
      isPlainObject(value) &&
      Object.entries(value).every(([key, limit]) => Object.hasOwn(defaultOwnerLimits, key) && isLimit(limit)),
  ],
  channels: ["a list of alert channels: channels: [webhookChannel({ … })]", (value) => isListOf(value, isChannel)],
  sandbox: ["options of the sandbox: { limits, allow, components, … }", isPlainObject],
  store: ["a text: memory: or sqlite:PATH", isText],
  allow: [
    "{ read: [directories], write: [directories], maxFileBytes: number, http: [hosts], code: true | false }",
    (value) =>
      isPlainObject(value) &&
      Object.keys(value).every((key) => ["read", "write", "files", "maxFileBytes", "http", "code"].includes(key)) &&
      (value["code"] === undefined || typeof value["code"] === "boolean") &&
      (value["http"] === undefined || isListOf(value["http"], isText)) &&
      (value["maxFileBytes"] === undefined || isLimit(value["maxFileBytes"])) &&
      ["read", "write", "files"].every((key) => value[key] === undefined || isListOf(value[key], isText)),
  ],
};

/**
 * A configuration as the owner's code exported it, checked against its shape.
 *
 * @throws IceError `ICE_USAGE` naming the field.
 */
export function checkConfiguration(config: unknown, file: string): IceConfig {
  if (!isPlainObject(config)) throw wrong(file, "exports no object", "write: export default defineConfig({ … })");
  for (const [field, value] of Object.entries(config)) {
    if (!Object.hasOwn(shapes, field)) {
      const known = Object.keys(shapes);
      throw wrong(file, `has an unknown field "${field}"`, didYouMean(field, known) || `use ${known.join(", ")}`);
    }
    const [takes, fits] = shapes[field as keyof IceConfig];
    if (value !== undefined && !fits(value)) throw wrong(file, `has a wrong value in "${field}"`, `give it ${takes}`);
  }
  return config;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isListOf(value: unknown, fits: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

function isRunnable(value: unknown): boolean {
  return isPlainObject(value) && isText(value["name"]) && typeof value["run"] === "function";
}

function isChannel(value: unknown): boolean {
  return isPlainObject(value) && isText(value["name"]) && typeof value["send"] === "function";
}

function isLimit(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}

function wrong(file: string, what: string, fix: string): IceError {
  return new IceError("ICE_USAGE", `The configuration ${file} ${what}.`, { fix });
}
