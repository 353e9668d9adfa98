import { IceError } from "../errors/ice-error.ts";
import type { Json } from "../json/json.ts";
import type { FieldRule } from "../nodes/define-node.ts";
import { compileField, type PlacedField } from "./compile-field.ts";
import type { IssueList } from "./issue-list.ts";

/** Compiles a field; what is wrong with an expression in it becomes an issue at its place. */
export function readField(
  name: string,
  value: Json,
  rule: Exclude<FieldRule, { readonly syntax: "text" }>,
  pointer: string,
  nodeId: string | undefined,
  issues: IssueList,
): PlacedField | undefined {
  try {
    return compileField(name, value, rule);
  } catch (error) {
    if (!IceError.is(error)) throw error;
    const path = (error.details["path"] as (string | number)[] | undefined) ?? [];
    issues.at(pointer, path, {
      code: error.code,
      ...(nodeId === undefined ? {} : { nodeId }),
      message: `\`${name}\`: ${error.message}`,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
    });
    return undefined;
  }
}
