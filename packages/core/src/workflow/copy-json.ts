import { forbiddenKeys } from "../json/forbidden-keys.ts";
import type { Json } from "../json/json.ts";
import { isPlainObject } from "../json/json.ts";
import { toPointer } from "../json/json-pointer.ts";
import type { IssueList } from "./issue-list.ts";

/**
 * A blueprint of any origin as JSON of our own: a copy, so that nothing of the author's is frozen or changed later. A property
 * that is `undefined` counts as absent. Undefined when an issue was found: then nothing else is worth looking at.
 */
export function copyJson(value: unknown, maxDepth: number, issues: IssueList): Json | undefined {
  try {
    return copy(value, [], maxDepth);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const { path, code, message, fix } = refusal;
    issues.add(toPointer(path.length > maxDepth ? path.slice(0, 8) : path), { code, message, fix });
    return undefined;
  }
}

/** Ends the copy; it never leaves this file. */
class Refusal extends Error {
  readonly path: readonly (string | number)[];
  readonly code: "ICE_BLUEPRINT_LIMIT" | "ICE_BLUEPRINT_SCHEMA";
  readonly fix: string;
  constructor(path: readonly (string | number)[], code: Refusal["code"], message: string, fix: string) {
    super(message);
    this.path = [...path];
    this.code = code;
    this.fix = fix;
  }
}

function copy(value: unknown, path: (string | number)[], maxDepth: number): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (path.length > maxDepth)
    throw new Refusal(
      path,
      "ICE_BLUEPRINT_LIMIT",
      `the blueprint nests deeper than ${maxDepth}`,
      "flatten it, or move parts into sub-workflows",
    );
  if (Array.isArray(value)) {
    return value.map((entry: unknown, index) => {
      path.push(index);
      const result = copy(entry === undefined ? null : entry, path, maxDepth);
      path.pop();
      return result;
    });
  }
  if (isPlainObject(value)) {
    const result: Record<string, Json> = {};
    for (const key of Object.keys(value)) {
      if (value[key] === undefined) continue;
      path.push(key);
      if (forbiddenKeys.has(key))
        throw new Refusal(path, "ICE_BLUEPRINT_SCHEMA", `the key \`${key}\` is not allowed`, "use another key");
      result[key] = copy(value[key], path, maxDepth);
      path.pop();
    }
    return result;
  }
  throw new Refusal(
    path,
    "ICE_BLUEPRINT_SCHEMA",
    `a ${typeof value === "number" ? String(value) : typeof value} is not JSON`,
    "a blueprint is data: null, booleans, finite numbers, strings, lists and plain objects",
  );
}
