import { articled } from "../errors/articled.ts";
import { forbiddenKeys } from "../json/forbidden-keys.ts";
import { toPointer, type Keys } from "../json/json-pointer.ts";
import { isPlainObject, type Json } from "../json/json.ts";
import type { Steps } from "../time/steps.ts";
import type { IssueList } from "./issue-list.ts";

/**
 * Copies a blueprint of any origin to frozen JSON, so that the author's objects are neither frozen nor changed later. A
 * property that is `undefined` counts as absent. Undefined when an issue was found: then nothing else is checked.
 */
export function* copyJson(value: unknown, maxDepth: number, issues: IssueList): Steps<Json | undefined> {
  try {
    return isScalar(value) ? value : yield* copy(value, maxDepth);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const { keys, code, message, fix } = error;
    issues.add(toPointer(keys.length > maxDepth ? keys.slice(0, 8) : keys), { code, message, fix });
    return undefined;
  }
}

/** Ends the copy; it never leaves this file. */
class NotJson extends Error {
  readonly keys: Keys;
  readonly code: "ICE_BLUEPRINT_LIMIT" | "ICE_BLUEPRINT_SCHEMA";
  readonly fix: string;
  constructor(keys: Keys, code: NotJson["code"], message: string, fix: string) {
    super(message);
    this.keys = [...keys];
    this.code = code;
    this.fix = fix;
  }
}

/** A list or an object that is being copied. */
interface Container {
  readonly source: Readonly<Record<string | number, unknown>>;
  /** Of an object. */
  readonly keys: readonly string[] | undefined;
  readonly copy: Record<string | number, Json>;
  readonly length: number;
  /** Number of its parts that have been copied. */
  done: number;
}

/** About 50 µs. */
const partsBetweenPauses = 500;

const isScalar = (value: unknown): value is Json =>
  value === null ||
  typeof value === "boolean" ||
  typeof value === "string" ||
  (typeof value === "number" && Number.isFinite(value));

/** Without recursion, which would cost a generator for each container. */
function* copy(value: unknown, maxDepth: number): Steps<Json> {
  const open: Container[] = [];
  const pathHere = (): (string | number)[] => open.map(({ keys, done }) => keys?.[done - 1] ?? done - 1);
  const begin = (part: unknown): Json => {
    if (open.length > maxDepth)
      throw new NotJson(
        pathHere(),
        "ICE_BLUEPRINT_LIMIT",
        `the blueprint nests deeper than ${maxDepth}`,
        "flatten it, or move parts into sub-workflows",
      );
    const container = containerOf(part);
    if (container === undefined)
      throw new NotJson(
        pathHere(),
        "ICE_BLUEPRINT_SCHEMA",
        `${typeof part === "number" ? String(part) : articled(typeof part)} is not JSON`,
        "a blueprint is data: null, booleans, finite numbers, strings, lists and plain objects",
      );
    open.push(container);
    return container.copy;
  };
  const result = begin(value);
  let parts = 0;
  for (let container = open.at(-1); container !== undefined; container = open.at(-1)) {
    if ((parts += 1) % partsBetweenPauses === 0) yield;
    const { source, keys, copy: target, length, done } = container;
    if (done === length) {
      Object.freeze(target);
      open.pop();
      continue;
    }
    container.done += 1;
    const key = keys === undefined ? done : keys[done]!;
    const given = source[key];
    if (given === undefined && keys !== undefined) continue;
    if (forbiddenKeys.has(key as string))
      throw new NotJson(pathHere(), "ICE_BLUEPRINT_SCHEMA", `the key \`${key}\` is not allowed`, "use another key");
    const part = given ?? null;
    target[key] = isScalar(part) ? part : begin(part);
  }
  return result;
}

function containerOf(value: unknown): Container | undefined {
  if (Array.isArray(value))
    return { source: value as never, keys: undefined, copy: [] as never, length: value.length, done: 0 };
  if (!isPlainObject(value)) return undefined;
  const keys = Object.keys(value);
  return { source: value, keys, copy: {}, length: keys.length, done: 0 };
}
