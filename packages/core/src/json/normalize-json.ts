import { IceError } from "../errors/ice-error.ts";
import type { Json } from "./json.ts";

/** Deepest value that may cross a node boundary. */
const maxDepth = 1000;

/**
 * What an executor returned, as JSON: a deep-frozen copy, so that neither the producer nor a consumer can change it later.
 *
 * `undefined` becomes null; an object with `toJSON` (a Date, a URL) gives its JSON; everything else that is not JSON (BigInt,
 * functions, symbols, NaN, Infinity, cycles, Maps, class instances, keys `__proto__`) is refused. Depth is at most 1,000.
 * A value that this function made before is shared, not copied.
 *
 * @throws IceError `ICE_OUTPUT_NOT_JSON` naming the place inside the value.
 */
export function normalizeJson(value: unknown): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "undefined":
      return null;
    case "number":
      if (Number.isFinite(value)) return value;
      break;
    case "object":
      return value === null ? null : copyTree(value);
  }
  throw notJson(value, []);
}

/** Roots that this module made; a weak set, so that it keeps nothing alive. */
const made = new WeakSet<object>();

function copyTree(root: object): Json {
  if (made.has(root)) return root as Json;
  const path: (string | number)[] = [];
  const inside = new Set<object>();
  const copy = copyObject(root, path, inside);
  if (typeof copy === "object" && copy !== null) made.add(copy);
  return copy;
}

function copyAny(value: unknown, path: (string | number)[], inside: Set<object>): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "undefined":
      return null;
    case "number":
      if (Number.isFinite(value)) return value;
      break;
    case "object":
      return value === null ? null : copyObject(value, path, inside);
  }
  throw notJson(value, path);
}

function copyObject(value: object, path: (string | number)[], inside: Set<object>): Json {
  if (made.has(value)) return value as Json;
  if (inside.has(value)) throw refused(path, "refers back to a value that holds it (a cycle)", "return a tree");
  if (path.length > maxDepth)
    throw refused(path.slice(0, 8), `nests deeper than ${maxDepth}`, "return a flatter value");
  inside.add(value);
  const copy = Array.isArray(value) ? copyArray(value, path, inside) : copyRecord(value, path, inside);
  inside.delete(value);
  return copy;
}

function copyArray(value: readonly unknown[], path: (string | number)[], inside: Set<object>): Json {
  const copy = new Array<Json>(value.length);
  const depth = path.length;
  for (let index = 0; index < value.length; index += 1) {
    path[depth] = index;
    copy[index] = copyAny(value[index], path, inside);
  }
  path.length = depth;
  return Object.freeze(copy);
}

function copyRecord(value: object, path: (string | number)[], inside: Set<object>): Json {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    if ("toJSON" in value && typeof value.toJSON === "function") return copyAny(value.toJSON(), path, inside);
    throw notJson(value, path);
  }
  const copy: Record<string, Json> = {};
  const depth = path.length;
  for (const key of Object.keys(value)) {
    path[depth] = key;
    if (key === "__proto__") throw refused(path, "has the key `__proto__`", "use another key");
    copy[key] = copyAny((value as Record<string, unknown>)[key], path, inside);
  }
  path.length = depth;
  return Object.freeze(copy);
}

function notJson(value: unknown, path: readonly (string | number)[]): IceError {
  const kind =
    typeof value === "object" && value !== null
      ? `is a ${(value.constructor as { name?: string } | undefined)?.name || "class instance"}`
      : typeof value === "number"
        ? `is ${value}`
        : `is a ${typeof value}`;
  return refused(path, kind, "return JSON: null, booleans, finite numbers, strings, lists and plain objects");
}

function refused(path: readonly (string | number)[], what: string, fix: string): IceError {
  const place = path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${key}`),
    "$",
  );
  return new IceError("ICE_OUTPUT_NOT_JSON", `The output is not JSON: ${place} ${what}.`, {
    fix,
    details: { path: [...path] },
  });
}
