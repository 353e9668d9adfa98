import type { Json } from "../json/json.ts";
import type { Steps } from "../time/steps.ts";
import { compileField, type PlacedField, type ReadRule } from "./compile-field.ts";
import type { IssueList } from "./issue-list.ts";

/** Compiles a field; what is wrong with the expressions in it becomes issues at their places. */
export function* readField(
  name: string,
  value: Json,
  rule: ReadRule,
  pointer: string,
  nodeId: string | undefined,
  issues: IssueList,
): Steps<PlacedField> {
  return yield* compileField(name, value, rule, (error, path) =>
    issues.at(pointer, path, {
      code: error.code,
      ...(nodeId === undefined ? {} : { nodeId }),
      message: `\`${name}\`: ${error.message}`,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
    }),
  );
}
