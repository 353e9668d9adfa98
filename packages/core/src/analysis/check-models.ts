import { IceError } from "../errors/ice-error.ts";
import type { NodeUses } from "../nodes/define-node.ts";
import { LanguageModelService, type ModelDescription } from "../services/language-model-service.ts";
import type { DraftContext } from "./draft-context.ts";
import type { DraftNode } from "./draft-node.ts";
import { inside, type Finding } from "./issue-list.ts";

/** Looks up the models that a node names, except where the name is a template. */
export function checkModels(
  models: NonNullable<NodeUses["models"]>,
  { node, pointer }: Pick<DraftNode, "node" | "pointer">,
  { analysis, issues, costIsBounded }: DraftContext,
): void {
  const service = analysis.context.runtime.tryUse(LanguageModelService);
  if (service === undefined) return; // reported as a missing service
  for (const { name, keys } of models) {
    if (name.includes("{{")) continue;
    for (const finding of findingsOf(() => service.describe(name), costIsBounded))
      issues.at(pointer, keys, { ...finding, nodeId: node.id });
  }
}

function findingsOf(describe: () => readonly ModelDescription[], costIsBounded: boolean): Finding[] {
  let chain: readonly ModelDescription[];
  try {
    chain = describe();
  } catch (error) {
    if (!IceError.is(error)) throw error;
    return [{ code: error.code, message: inside(error.message), fix: error.fix }];
  }
  const findings: Finding[] = [];
  const [missing] = chain.every((model) => model.missing !== undefined) ? chain.map((model) => model.missing) : [];
  if (missing !== undefined)
    findings.push({
      code: "ICE_MODEL_KEY_MISSING",
      severity: "warning",
      message: inside(missing.message),
      fix: missing.fix,
    });
  const unpriced = costIsBounded ? chain.find(({ cost }) => cost === undefined) : undefined;
  if (unpriced !== undefined)
    findings.push({
      code: "ICE_PRICE_UNKNOWN",
      message: `the cost budget needs the price of "${unpriced.model}", which is unknown`,
      fix: "configure `models.prices`, or budget `totalTokens` instead",
    });
  return findings;
}
