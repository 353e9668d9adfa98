import { IceError, toPointer, type Json } from "@ice/core";
import type { Interceptor, NodeParts } from "./pipeline.ts";

/**
 * Evaluates the templates and expressions of phase `start` and checks the result: fields of a registered type against its
 * own schema, the input field against `inputSchema`. Once per activation: a retry sees the same values, and so does a
 * process that takes the run over.
 */
export const prepare: Interceptor = (node, next) => {
  const parses = node.startFields.length > 0 && node.definition.fields === "templates";
  if (node.startFields.length === 0 && node.inputSchema === undefined) return next;
  return (activation) => {
    if (!activation.prepared) {
      const config: Record<string, unknown> = { ...node.config };
      const recorded = activation.run.history?.fieldsOf(activation.path);
      if (recorded !== undefined) Object.assign(config, recorded);
      else for (const [name, field] of node.startFields) config[name] = field.evaluate(activation);
      if (recorded === undefined && node.inputSchema !== undefined) checkInput(node, config);
      activation.setConfig(parses ? parseConfig(node, config) : config);
    }
    return next(activation);
  };
};

function checkInput(node: NodeParts, config: Record<string, unknown>): void {
  const field = node.definition.inputField!;
  const result = node.inputSchema!.validate((config[field] ?? null) as Json);
  if (!result.ok) throw invalidInput(node, `\`${field}\` does not match its inputSchema`, result.issues);
  config[field] = result.value;
}

function parseConfig(node: NodeParts, config: Record<string, unknown>): Record<string, unknown> {
  const result = node.definition.config.safeParse(config);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ path: path as (string | number)[], message }));
  throw invalidInput(node, "the evaluated fields do not match the node type's schema", issues);
}

function invalidInput(
  node: NodeParts,
  what: string,
  issues: readonly { readonly path: readonly (string | number)[]; readonly message: string }[],
): IceError {
  const [first] = issues;
  const place =
    first === undefined ? "" : `: ${first.path.length === 0 ? "" : `${toPointer(first.path)} `}${first.message}`;
  return new IceError("ICE_INPUT_INVALID", `Node "${node.id}": ${what}${place}.`, {
    fix: "correct the template, or what it reads",
    details: { issues },
  });
}
