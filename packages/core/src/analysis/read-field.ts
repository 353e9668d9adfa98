import type { LaidOut } from "../expression/compile-value.ts";
import type { Json } from "../json/json.ts";
import type { EvaluatedRule } from "../nodes/field-rule.ts";
import type { Steps } from "../time/steps.ts";
import { layOutField, type PlacedField } from "./compile-field.ts";
import type { IssueList } from "./issue-list.ts";

/** Number of expressions compiled in one step. */
const atOnce = 3;

/**
 * Compiles a field and reports issues of the expressions in it. A field with many expressions is
 * compiled in steps; most have few, and need no generator.
 */
export function readField(
  name: string,
  value: Json,
  rule: EvaluatedRule,
  { pointer, nodeId, issues }: { readonly pointer: string; readonly nodeId?: string; readonly issues: IssueList },
): PlacedField | Steps<PlacedField> {
  const laidOut = layOutField(name, value, rule, (error, keys) =>
    issues.at(pointer, keys, {
      code: error.code,
      nodeId,
      message: `\`${name}\`: ${error.message}`,
      fix: error.fix,
    }),
  );
  const { expressions, build } = laidOut;
  return expressions.length > atOnce ? inSteps(laidOut) : build(expressions.map((compile) => compile()));
}

function* inSteps({ expressions, build }: LaidOut<PlacedField>): Steps<PlacedField> {
  const places: PlacedField["places"][number][] = [];
  for (const compile of expressions) {
    places.push(compile());
    yield;
  }
  return build(places);
}
