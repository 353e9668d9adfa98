import type { Json } from "../json/json.ts";
import { compileField, type PlacedField, type ReadRule } from "./compile-field.ts";
import type { IssueList } from "./issue-list.ts";

/** Compiles a field; what is wrong with the expressions in it becomes issues at their places. */
export function readField(
  name: string,
  value: Json,
  rule: ReadRule,
  pointer: string,
  nodeId: string | undefined,
  issues: IssueList,
): PlacedField {
  return compileField(name, value, rule, (error, path) =>
    issues.at(pointer, path, {
      code: error.code,
      ...(nodeId === undefined ? {} : { nodeId }),
      message: `\`${name}\`: ${error.message}`,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
    }),
  );
}
