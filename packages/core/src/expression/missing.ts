import type { IceError } from "../errors/ice-error.ts";
import { droppedError, expressionFailed } from "./failure.ts";
import { kindOfValue, typeName } from "./values/type-value.ts";

/** Names that may follow a dot. */
export const plainName = /^[A-Za-z_]\w*$/;

/** The error for a missing part `key` of `base`. `written`: the key as written in brackets, if it is. */
export function missingKey(base: string, key: unknown, written?: string): IceError {
  const dropped = droppedError();
  if (dropped !== undefined) return dropped;
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

/** Names of `size` in other languages. */
const sizes: ReadonlySet<unknown> = new Set(["length", "size", "count", "len"]);

/** The error for a name on a list, or for a part of a value without parts: null, a string, a number. `key` of `base`, whose value is `from`. */
export function noSuchPart(from: unknown, base: string, key: unknown): IceError {
  const dropped = droppedError();
  if (dropped !== undefined) return dropped;
  const isList = Array.isArray(from);
  const message = `\`${base}\` is ${isList ? `a list, and a list has no \`${String(key).slice(0, 40)}\`` : `${kindOfValue(from)}, which has no parts`}.`;
  if ((isList || typeof from === "string") && sizes.has(key))
    return expressionFailed(message, `write \`size(${base})\``);
  if (isList) return expressionFailed(message, `select an element: \`${base}[0]\``);
  const index = typeof key === "bigint" ? Number(key) : key;
  if (typeof from === "string" && typeof index === "number" && index >= 0)
    return expressionFailed(message, `write \`${base}.substring(${index}, ${index + 1})\``);
  if (from === null && typeof key === "string" && plainName.test(key))
    return expressionFailed(message, `guard it: \`${base} != null\`, or \`${base}.?${key}.orValue(null)\``);
  return expressionFailed(message, `check what it is: \`type(${base})\` is ${typeName(from)}`);
}

/** The error for a list that ends before `index`, written as in the expression; `at`: its value. */
export function missingIndex(
  base: string,
  index: string,
  { size, at }: { readonly size: number; readonly at: number },
): IceError {
  const dropped = droppedError();
  if (dropped !== undefined) return dropped;
  const isFromEnd = at < 0 && -at <= size;
  if (isFromEnd)
    return expressionFailed(
      `There is no \`${base}[${index}]\`: elements are counted from the beginning.`,
      `write \`${base}[size(${base}) - ${-at}]\``,
    );
  return expressionFailed(
    `There is no \`${base}[${index}]\`: the list has ${size} elements.`,
    `guard it: \`size(${base}) > ${at < 0 ? 0 : index}\`, or \`${base}[?${index}].orValue(null)\``,
  );
}

/** The error for a name without a value: a node that did not complete. */
export function missingRoot(name: string): IceError {
  const dropped = droppedError();
  if (dropped !== undefined) return dropped;
  if (!plainName.test(name)) return missingKey("nodes", name);
  return expressionFailed(
    `\`${name}\` has no value here: the node did not complete. Guard it with has(nodes.${name}).`,
    `guard it: \`has(nodes.${name})\`, or \`nodes.?${name}.orValue(null)\``,
  );
}
