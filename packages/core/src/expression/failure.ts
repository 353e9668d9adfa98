import { IceError } from "../errors/ice-error.ts";

/** Stands for an error that is never read. */
const unread = new IceError("ICE_EXPRESSION_FAILED", "The expression failed.", { fix: "correct it" });

/** How many places around what is evaluated now would drop an error. */
let dropping = 0;

/** An error would have been made, or was. */
type Failed = "failed" | "failedDearly";

/**
 * Evaluates something whose error is dropped, or found again by evaluating it anew. Errors are not made then, but for the few
 * that a part of the platform makes: an error takes ten times as long as what it is about.
 */
export function tryUnread(evaluate: () => boolean): boolean | Failed {
  dropping += 1;
  try {
    return evaluate();
  } catch (error) {
    return error === unread ? "failed" : "failedDearly";
  } finally {
    dropping -= 1;
  }
}

/** Evaluates what has failed in `tryUnread` again, for its error, unless that is dropped as well. */
export function failAgain<T>(evaluate: () => T): T {
  if (dropping > 0) throw unread;
  return evaluate();
}

/** An expression that could not be evaluated. Never retryable: the same data would fail again. */
export function expressionFailed(message: string, fix: string, cause?: unknown): IceError {
  if (dropping > 0 && cause === undefined) return unread;
  return new IceError("ICE_EXPRESSION_FAILED", message, { fix, ...(cause === undefined ? {} : { cause }) });
}

const plainName = /^[A-Za-z_]\w*$/;

/** The part `key` of `base` is not there. `written`: the key as it stands in brackets, where it does. */
export function missingKey(base: string, key: unknown, written?: string): IceError {
  if (dropping > 0) return unread;
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
  if (dropping > 0) return unread;
  return expressionFailed(
    `There is no \`${base}[${index}]\`: the list has ${size} elements.`,
    `guard it: \`size(${base}) > ${index}\`, or \`${base}[?${index}].orValue(null)\``,
  );
}

/** A name that has no value right now: a node that did not complete. */
export function missingRoot(name: string): IceError {
  if (dropping > 0) return unread;
  return expressionFailed(
    `\`${name}\` has no value here: the node did not complete. Guard it with has(nodes.${name}).`,
    `guard it: \`has(nodes.${name})\`, or \`nodes.?${name}.orValue(null)\``,
  );
}
