import { isPlainObject } from "../../json/json.ts";
import { Uint } from "./uint.ts";

/**
 * A map: a JSON object, or one that an expression created. In the latter, keys are strings, booleans and bigints, so that equal keys
 * are one key: `{1: "a"}[1.0]` is `"a"`.
 */
export type CelMap = Readonly<Record<string, unknown>> | ReadonlyMap<MapKey, unknown>;
export type MapKey = string | boolean | bigint;

export function isMap(value: unknown): value is CelMap {
  return value instanceof Map || isPlainObject(value);
}

/** The internal form of a key; undefined for values that cannot be keys. */
export function keyOf(value: unknown): MapKey | undefined {
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return value;
  if (value instanceof Uint) return value.value;
  return Number.isInteger(value) ? BigInt(value as number) : undefined;
}

/** The value at a key, or undefined. */
export function mapValue(map: CelMap, key: unknown): unknown {
  if (map instanceof Map) return map.get(keyOf(key));
  return typeof key === "string" && Object.hasOwn(map, key) ? (map as Record<string, unknown>)[key] : undefined;
}

export function mapKeys(map: CelMap): readonly MapKey[] {
  return map instanceof Map ? [...(map as ReadonlyMap<MapKey, unknown>).keys()] : Object.keys(map);
}

export function mapEntries(map: CelMap): readonly (readonly [MapKey, unknown])[] {
  return map instanceof Map ? [...(map as ReadonlyMap<MapKey, unknown>)] : Object.entries(map);
}

export function mapSize(map: CelMap): number {
  return map instanceof Map ? map.size : Object.keys(map).length;
}
