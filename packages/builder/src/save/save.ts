import { schemaVersion, type JsonObject } from "@ice/core";
import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from "js-yaml";

/**
 * A string that begins like a number, a date or a time, or that some YAML reader reads as a constant: `61e9540` is a number to
 * one reader and a text to another. Quoting too many is harmless.
 */
const otherThanText = /^(?:[-+.]*[\d.]|[-+.]?(?:inf|nan)$|(?:y|n|yes|no|on|off|true|false|null|~)$)/i;

const quoteOtherThanText: ScalarStyleRule = (layout) => {
  const { node, presenterOptions, style } = layout;
  const isText = node.tag === presenterOptions.schema.defaultScalarTag.tagName;
  if (isText && style === SCALAR_STYLE.PLAIN && otherThanText.test(node.value))
    layout.style = SCALAR_STYLE.SINGLE_QUOTED;
};

/** A blueprint as text. `load`, and every other YAML reader, returns the same data. */
export function save(blueprint: object, { format = "yaml" }: { readonly format?: "yaml" | "json" } = {}): string {
  const data = { schemaVersion, ...(blueprint as JsonObject) };
  if (format === "json") return `${JSON.stringify(data, null, 2)}\n`;
  // Through JSON first: what is undefined in TypeScript is absent in a file.
  return dump(JSON.parse(JSON.stringify(data)), {
    lineWidth: 120,
    noRefs: true,
    scalarStyleRules: [quoteOtherThanText, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
  });
}
