import { schemaVersion, type JsonObject } from "@ice/core";
import { dump } from "js-yaml";

/** A blueprint as text. `load` of it gives the same data again. */
export function save(blueprint: object, { format = "yaml" }: { readonly format?: "yaml" | "json" } = {}): string {
  const data = { schemaVersion, ...(blueprint as JsonObject) };
  if (format === "json") return `${JSON.stringify(data, null, 2)}\n`;
  // Through JSON first: what is undefined in TypeScript is absent in a file.
  return dump(JSON.parse(JSON.stringify(data)), { lineWidth: 120, noRefs: true });
}
