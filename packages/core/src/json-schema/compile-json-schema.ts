import { listNames } from "../errors/shorten.ts";
import { isPlainObject, type Json, type JsonObject } from "../json/json.ts";
import { finish, finishInTurns, type Steps } from "../time/steps.ts";
import type { TimeSlice } from "../time/time-slice.ts";
import { resolveReference } from "./resolve-reference.ts";
import { testsOf, type Test } from "./scalar-tests.ts";
import {
  below,
  CheckLimit,
  depthOf,
  Mismatches,
  Visit,
  type Place,
  type SchemaMismatch,
  type Verdict,
} from "./visit.ts";

export type { SchemaMismatch } from "./visit.ts";

/** The value with defaults applied (a new one only where something changed), or every mismatch, at most 20. */
export type SchemaResult =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly issues: readonly SchemaMismatch[] };

/** Checks values against one schema. A value that takes more than 30 million steps to check does not match, with a message that says so. */
export interface JsonSchemaValidator {
  /** Checks a value synchronously: about 0.1 µs for each value in it and each schema that checks it. */
  validate(value: Json): SchemaResult;
  /** The same, with pauses for the event loop. Returns the result itself if no pause was necessary. */
  validateInTurns(value: Json, slice?: TimeSlice): SchemaResult | Promise<SchemaResult>;
  /** The same, as a part of work that pauses. */
  validateInSteps(value: Json): Steps<SchemaResult>;
}

const maxDepth = 64;

/** Steps charged for an alternative in addition to its check, because its mismatches are collected separately. */
const stepsOfAlternative = 4;

/** Steps charged for caching a result, so that they bound memory too. */
const stepsToRemember = 10;

/**
 * Compiles a schema that `checkJsonSchema` has accepted, each part when it is first needed. It is interpreted: no code is
 * generated, patterns run on RE2, and a value nested deeper than 64 does not match. The result of a schema behind a `$ref` for a
 * list or an object is cached, so that schemas that refer to each other twice cost no more than their size.
 */
export function compileJsonSchema(schema: JsonObject): JsonSchemaValidator {
  const known = new Map<JsonObject, CompiledSchema>();
  const root = new CompiledSchema(schema, schema, known);
  known.set(schema, root);
  return {
    validate: (value) => finish(checkWhole(root, value)),
    validateInTurns: (value, slice) => finishInTurns(checkWhole(root, value), slice),
    validateInSteps: (value) => checkWhole(root, value),
  };
}

function* checkWhole(root: CompiledSchema, value: Json): Steps<SchemaResult> {
  const found = new Mismatches(undefined);
  try {
    const result = yield* root.check({ value, place: undefined, found, visit: new Visit() });
    return found.list.length === 0 ? { ok: true, value: result } : { ok: false, issues: found.list };
  } catch (error) {
    if (!(error instanceof CheckLimit)) throw error;
    return { ok: false, issues: [{ keys: [], message: error.message }] };
  }
}

/** A value that is being checked. */
interface Subject {
  readonly value: Json;
  readonly place: Place | undefined;
  readonly found: Mismatches;
  readonly visit: Visit;
}

/** Checks the parts of a value, or the value against other schemas; returns it with defaults applied. */
type Part = (subject: Subject) => Steps<Json>;

interface Compiled {
  readonly tests: readonly Test[];
  readonly parts: readonly Part[];
}

class CompiledSchema {
  readonly #schema: JsonObject;
  readonly #root: JsonObject;
  readonly #known: Map<JsonObject, CompiledSchema>;
  #compiled: Compiled | undefined;
  /** Whether a `$ref` leads here, so that one value may come here more than once. */
  shared = false;

  constructor(schema: JsonObject, root: JsonObject, known: Map<JsonObject, CompiledSchema>) {
    this.#schema = schema;
    this.#root = root;
    this.#known = known;
  }

  /** Whether it checks only the value as a whole. */
  get isFlat(): boolean {
    return this.#parts().parts.length === 0;
  }

  /** The check of a flat schema. */
  test({ value, place, found, visit }: Subject): void {
    for (const test of this.#parts().tests) {
      const problem = test(value, visit);
      if (problem !== undefined) found.add(place, problem);
    }
  }

  *check(subject: Subject): Steps<Json> {
    const { value, place, found, visit } = subject;
    visit.spend(1);
    if (visit.isPauseDue()) yield;
    if (depthOf(place) > maxDepth) {
      found.add(place, () => `nests deeper than ${maxDepth}`);
      return value;
    }
    this.test(subject);
    if (this.isFlat) return value;
    if (!this.shared) return yield* this.#checkParts(subject);
    const known = visit.recall(this, value) ?? (yield* this.#judge(subject));
    found.absorb(place, known.mismatches);
    return known.value;
  }

  *#judge({ value, place, visit }: Subject): Steps<Verdict> {
    const found = new Mismatches(place);
    const result = yield* this.#checkParts({ value, place, found, visit });
    const verdict = { value: result, mismatches: found.list };
    visit.spend(stepsToRemember);
    visit.remember(this, value, verdict);
    return verdict;
  }

  *#checkParts(subject: Subject): Steps<Json> {
    let { value } = subject;
    subject.visit.enter();
    for (const part of this.#parts().parts) value = yield* part({ ...subject, value });
    subject.visit.leave();
    return value;
  }

  #parts(): Compiled {
    return (this.#compiled ??= {
      tests: testsOf(this.#schema),
      parts: [...this.#itemsPart(), ...this.#propertiesPart(), ...this.#combinedParts()],
    });
  }

  #schemaOf(schema: JsonObject): CompiledSchema {
    let compiled = this.#known.get(schema);
    if (compiled === undefined)
      this.#known.set(schema, (compiled = new CompiledSchema(schema, this.#root, this.#known)));
    return compiled;
  }

  #itemsPart(): Part[] {
    const { items } = this.#schema;
    if (items === undefined) return [];
    const schema = this.#schemaOf(items as JsonObject);
    return [(subject) => checkItems(schema, subject)];
  }

  #propertiesPart(): Part[] {
    const { properties = {}, required = [], additionalProperties } = this.#schema;
    const known = new Map<string, CompiledSchema>();
    const presets: [string, Json][] = [];
    for (const [name, schema] of Object.entries(properties as Record<string, JsonObject>)) {
      known.set(name, this.#schemaOf(schema));
      if (schema["default"] !== undefined) presets.push([name, schema["default"]]);
    }
    const others = isPlainObject(additionalProperties)
      ? this.#schemaOf(additionalProperties)
      : additionalProperties === false
        ? undefined
        : "anything";
    if (known.size === 0 && (required as string[]).length === 0 && others === "anything") return [];
    const shape: ObjectShape = { known, presets, required: required as string[], others };
    return [(subject) => checkProperties(shape, subject)];
  }

  #combinedParts(): Part[] {
    const { $ref, allOf = [], anyOf, oneOf } = this.#schema;
    const parts: Part[] = [];
    if (typeof $ref === "string") {
      const target = this.#schemaOf(resolveReference(this.#root, $ref)!);
      target.shared = true;
      parts.push((subject) => target.check(subject));
    }
    for (const schema of allOf as JsonObject[]) {
      const all = this.#schemaOf(schema);
      parts.push((subject) => all.check(subject));
    }
    for (const [alternatives, exactly] of [
      [anyOf, false],
      [oneOf, true],
    ] as const) {
      if (alternatives === undefined) continue;
      const schemas = (alternatives as JsonObject[]).map((schema) => this.#schemaOf(schema));
      parts.push((subject) => checkAlternatives(schemas, exactly, subject));
    }
    return parts;
  }
}

function* checkItems(schema: CompiledSchema, subject: Subject): Steps<Json> {
  const { value: list, place, found, visit } = subject;
  if (!Array.isArray(list)) return list;
  let changed: Json[] | undefined;
  for (const [index, value] of (list as readonly Json[]).entries()) {
    if (found.full) break;
    const entry = { value, place: below(place, index), found, visit };
    if (schema.isFlat && entry.place.depth <= maxDepth) {
      visit.spend(1);
      if (visit.isPauseDue()) yield;
      schema.test(entry);
      continue;
    }
    const checked = yield* schema.check(entry);
    if (checked !== value) (changed ??= [...(list as readonly Json[])])[index] = checked;
  }
  return changed ?? list;
}

interface ObjectShape {
  readonly known: ReadonlyMap<string, CompiledSchema>;
  readonly presets: readonly (readonly [string, Json])[];
  readonly required: readonly string[];
  readonly others: CompiledSchema | "anything" | undefined;
}

function* checkProperties({ known, presets, required, others }: ObjectShape, subject: Subject): Steps<Json> {
  const { value: object, place, found, visit } = subject;
  if (!isPlainObject(object)) return object;
  let changed: Record<string, Json> | undefined;
  for (const [name, preset] of presets) if (!Object.hasOwn(object, name)) (changed ??= { ...object })[name] = preset;
  for (const name of Object.keys(object)) {
    visit.spend(1);
    if (visit.isPauseDue()) yield;
    if (found.full) break;
    const schema = known.get(name) ?? others;
    if (schema === "anything") continue;
    const entry = { value: object[name] as Json, place: below(place, name), found, visit };
    if (schema === undefined) {
      found.addUnknown(entry.place, () => `is not expected (${listNames(known.keys()) || "no properties"})`);
      continue;
    }
    const checked = yield* schema.check(entry);
    if (checked !== entry.value) (changed ??= { ...object })[name] = checked;
  }
  const result = changed ?? object;
  for (const name of required) {
    visit.spend(1);
    if (visit.isPauseDue()) yield;
    if (!Object.hasOwn(result, name)) found.add(below(place, name), () => "is missing");
  }
  return result;
}

/** Defaults are those of the first alternative that matches. */
function* checkAlternatives(schemas: readonly CompiledSchema[], exactly: boolean, subject: Subject): Steps<Json> {
  const { value, place, found, visit } = subject;
  let matching = 0;
  let result = value;
  let closest: readonly SchemaMismatch[] | undefined;
  for (const schema of schemas) {
    visit.spend(stepsOfAlternative);
    const own = new Mismatches(place);
    const checked = yield* schema.check({ value, place, found: own, visit });
    if (own.list.length > 0) {
      if (closest === undefined || own.list.length < closest.length) closest = own.list;
      continue;
    }
    if ((matching += 1) === 1) result = checked;
    if (!exactly || matching === 2) break;
  }
  if (matching === 1) return result;
  const [nearest] = matching === 0 ? (closest ?? []) : [];
  found.add(place, () => {
    const wanted = `must match ${exactly ? "exactly one" : "one"} of the alternatives`;
    if (nearest === undefined) return wanted;
    const { keys, message } = nearest;
    return `${wanted}; nearest: ${keys.length === 0 ? "" : `${keys.join(".")} `}${message}`;
  });
  return value;
}
