import { shorten } from "../errors/shorten.ts";
import type { Keys } from "../json/json-pointer.ts";
import { isPlainObject, type JsonObject } from "../json/json.ts";
import type { Steps } from "../time/steps.ts";
import { resolveReference } from "./resolve-reference.ts";
import type { SchemaIssue } from "./schema-issue.ts";

type Path = Keys;

/** Maximum number of schemas through which one value may pass: by `$ref`, `allOf`, `anyOf` and `oneOf`. */
const maxChain = 250;

/** About 50 µs. */
const stepsBetweenPauses = 100;

/** A schema that is being followed, and the schemas to which it passes its value. */
interface Step {
  readonly schema: JsonObject;
  readonly next: readonly Hand[];
  at: number;
  height: number;
}

interface Hand {
  readonly keyword: string;
  readonly target: JsonObject | undefined;
}

/**
 * Problems of references: one that does not lead to a schema, one that leads back to its own schema with the same
 * value (`anyOf: [{ $ref: "#" }]`), so that the check could never end, and a chain of very many. O(size of the schema).
 *
 * @param places - every schema, with its position.
 */
export function* problemsOfReferences(
  root: JsonObject,
  places: ReadonlyMap<JsonObject, Path>,
): Steps<readonly SchemaIssue[]> {
  const issues: SchemaIssue[] = [];
  const heights = new Map<JsonObject, number>();
  const open = new Set<JsonObject>();
  let steps = 0;
  const stepOf = (schema: JsonObject): Step => {
    open.add(schema);
    return { schema, next: handsOf(schema, root), at: 0, height: 0 };
  };
  const report = (schema: JsonObject, keyword: string, problem: Pick<SchemaIssue, "message" | "fix">): void => {
    issues.push({ keys: [...(places.get(schema) ?? []), keyword], ...problem });
  };
  for (const start of places.keys()) {
    if (heights.has(start)) continue;
    const way = [stepOf(start)];
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      if ((steps += 1) % stepsBetweenPauses === 0) yield;
      const { schema } = step;
      const hand = step.next[step.at];
      step.at += 1;
      if (hand === undefined) {
        heights.set(schema, step.height);
        open.delete(schema);
        way.pop();
        const around = way.at(-1);
        if (around !== undefined) around.height = Math.max(around.height, step.height + 1);
        continue;
      }
      const { keyword, target } = hand;
      if (target === undefined || !places.has(target)) report(schema, keyword, noSchema(schema));
      else if (open.has(target)) report(schema, keyword, leadsBack(schema, keyword));
      else if (!heights.has(target)) way.push(stepOf(target));
      else step.height = Math.max(step.height, heights.get(target)! + 1);
      if (Math.max(step.height, way.length) > maxChain) {
        report(schema, keyword, tooLong);
        return issues;
      }
    }
  }
  return issues;
}

/** The other schemas against which a schema checks its own value. */
function handsOf(schema: JsonObject, root: JsonObject): Hand[] {
  const hands: Hand[] = [];
  if (typeof schema["$ref"] === "string")
    hands.push({ keyword: "$ref", target: resolveReference(root, schema["$ref"]) });
  for (const keyword of ["allOf", "anyOf", "oneOf"])
    for (const child of (schema[keyword] ?? []) as JsonObject[])
      hands.push({ keyword, target: isPlainObject(child) ? child : undefined });
  return hands;
}

const noSchema = ({ $ref }: JsonObject): Pick<SchemaIssue, "message" | "fix"> => ({
  message: `\`$ref: ${shorten(String($ref))}\` does not lead to a schema`,
  fix: "refer to a schema: #, #/$defs/name, #/properties/name",
});

const leadsBack = ({ $ref }: JsonObject, keyword: string): Pick<SchemaIssue, "message" | "fix"> => ({
  message: `\`${keyword === "$ref" ? `$ref: ${shorten(String($ref))}` : keyword}\` leads back to itself with the same value: validation would never end`,
  fix: "refer back to it only inside `properties`, `additionalProperties` or `items`",
});

const tooLong: Pick<SchemaIssue, "message" | "fix"> = {
  message: `one value passes through more than ${maxChain} schemas`,
  fix: "shorten the chain of `$ref`, `allOf`, `anyOf` and `oneOf`",
};
