import { forbiddenKeys } from "../json/forbidden-keys.ts";
import type { Json } from "../json/json.ts";
import { isPlainObject } from "../json/json.ts";
import { toPointer } from "../json/json-pointer.ts";
import type { Steps } from "../time/steps.ts";
import type { IssueList } from "./issue-list.ts";

/**
 * A blueprint of any origin as JSON of our own: a frozen copy, so that nothing of the author's is frozen or changed later. A property
 * that is `undefined` counts as absent. Undefined when an issue was found: then nothing else is worth looking at.
 */
export function* copyJson(value: unknown, maxDepth: number, issues: IssueList): Steps<Json | undefined> {
  try {
    return isScalar(value) ? value : yield* copy(value, { path: [], maxDepth, parts: 0 });
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

/** Where the copy is, and how many parts it has taken. */
interface Copying {
  readonly path: (string | number)[];
  readonly maxDepth: number;
  parts: number;
}

/** About 50 µs. */
const partsBetweenPauses = 500;

const isScalar = (value: unknown): value is Json =>
  value === null ||
  typeof value === "boolean" ||
  typeof value === "string" ||
  (typeof value === "number" && Number.isFinite(value));

function* copy(value: unknown, copying: Copying): Steps<Json> {
  const { path, maxDepth } = copying;
  if (path.length > maxDepth)
    throw new Refusal(
      path,
      "ICE_BLUEPRINT_LIMIT",
      `the blueprint nests deeper than ${maxDepth}`,
      "flatten it, or move parts into sub-workflows",
    );
  if (Array.isArray(value)) {
    const result: Json[] = [];
    for (const [index, entry] of value.entries()) {
      if ((copying.parts += 1) % partsBetweenPauses === 0) yield;
      const part: unknown = entry ?? null;
      result.push(isScalar(part) ? part : yield* copyBelow(part, index, copying));
    }
    return Object.freeze(result);
  }
  if (isPlainObject(value)) {
    const result: Record<string, Json> = {};
    for (const key of Object.keys(value)) {
      if ((copying.parts += 1) % partsBetweenPauses === 0) yield;
      const part: unknown = value[key];
      if (part === undefined) continue;
      if (forbiddenKeys.has(key))
        throw new Refusal(
          [...path, key],
          "ICE_BLUEPRINT_SCHEMA",
          `the key \`${key}\` is not allowed`,
          "use another key",
        );
      result[key] = isScalar(part) ? part : yield* copyBelow(part, key, copying);
    }
    return Object.freeze(result);
  }
  throw new Refusal(
    path,
    "ICE_BLUEPRINT_SCHEMA",
    `a ${typeof value === "number" ? String(value) : typeof value} is not JSON`,
    "a blueprint is data: null, booleans, finite numbers, strings, lists and plain objects",
  );
}

function* copyBelow(part: unknown, key: string | number, copying: Copying): Steps<Json> {
  copying.path.push(key);
  const result = yield* copy(part, copying);
  copying.path.pop();
  return result;
}
