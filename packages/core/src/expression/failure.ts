import { IceError } from "../errors/ice-error.ts";

/** An expression that could not be evaluated. Never retryable: the same data would fail again. */
export function expressionFailed(message: string, fix: string, cause?: unknown): IceError {
  return new IceError("ICE_EXPRESSION_FAILED", message, { fix, ...(cause === undefined ? {} : { cause }) });
}

const plainName = /^[A-Za-z_]\w*$/;

/** The part `key` of `base` is not there. `written`: the key as it stands in brackets, where it does. */
export function missingKey(base: string, key: unknown, written?: string): IceError {
  if (typeof key === "string" && plainName.test(key)) {
    const path = `${base}.${key}`;
    return expressionFailed(
      `There is no \`${path}\`.`,
      `guard it: \`has(${path})\`, or \`${base}.?${key}.orValue(null)\``,
    );
  }
  const index = written ?? JSON.stringify(key);
  return expressionFailed(
    `There is no \`${base}[${index}]\`.`,
    `guard it: \`${index} in ${base}\`, or \`${base}[?${index}].orValue(null)\``,
  );
}

/** A list that ends before `index`, written as in the expression. */
export function missingIndex(base: string, index: string, size: number): IceError {
  return expressionFailed(
    `There is no \`${base}[${index}]\`: the list has ${size} elements.`,
    `guard it: \`size(${base}) > ${index}\`, or \`${base}[?${index}].orValue(null)\``,
  );
}

/** A name that has no value right now: a node that did not complete. */
export function missingRoot(name: string): IceError {
  return expressionFailed(
    `\`${name}\` has no value here: the node did not complete. Guard it with has(nodes.${name}).`,
    `guard it: \`has(nodes.${name})\`, or \`nodes.?${name}.orValue(null)\``,
  );
}
