import type { BlueprintInfo, BlueprintStore } from "@ice/core";

/** Every stored blueprint: a store keeps at most 10,000. */
export async function allStored(blueprints: BlueprintStore): Promise<BlueprintInfo[]> {
  const found: BlueprintInfo[] = [];
  for (let after: string | undefined; ;) {
    const page = await blueprints.list({ limit: 1000, after });
    found.push(...page.blueprints);
    if (page.next === undefined) return found;
    after = page.next;
  }
}
