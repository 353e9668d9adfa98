import { IceError } from "../errors/ice-error.ts";

/** An expression that could not be evaluated. Never retryable: the same data would fail again. */
export function expressionFailed(message: string, fix: string, cause?: unknown): IceError {
  return new IceError("ICE_EXPRESSION_FAILED", message, { fix, ...(cause === undefined ? {} : { cause }) });
}

/** A path that leads nowhere. `path` as it would be written: `a.rows`. */
export function missingKey(path: string): IceError {
  const dot = path.lastIndexOf(".");
  const optional = dot > 0 ? `${path.slice(0, dot)}.?${path.slice(dot + 1)}.orValue(0)` : `${path}.orValue(0)`;
  return expressionFailed(`There is no \`${path}\`.`, `guard it: has(${path}), or ${optional}`);
}

/** A name that has no value right now: a node that did not complete. */
export function missingRoot(name: string): IceError {
  return expressionFailed(
    `\`${name}\` has no value here: the node did not complete. Guard it with has(nodes.${name}).`,
    `guard it: has(nodes.${name}), or nodes.?${name}.orValue(null)`,
  );
}
