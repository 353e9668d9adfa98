import { parseText } from "@ice/builder";
import type { BlueprintLimits, BlueprintReader } from "@ice/core";

/** Reads the texts of blueprints that a server receives: YAML, of which JSON is a part. */
export const blueprintReader = (limits: Partial<BlueprintLimits>): BlueprintReader => ({
  read(text) {
    const parsed = parseText(text, { format: "yaml", limits });
    return parsed.ok ? { ok: true, data: parsed.value, locate: parsed.locate } : parsed;
  },
});
