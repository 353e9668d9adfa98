import { Optional } from "@marcbachmann/cel-js";
import { IceError } from "../errors/ice-error.ts";
import type { Json } from "../json/json.ts";
import { expressionFailed } from "./failure.ts";
import { expressionLimits } from "./limits.ts";
import type { Meter } from "./meter.ts";

/**
 * A CEL value as JSON, frozen: integers become numbers, an optional gives its value or null, timestamps, durations and bytes
 * take their CEL JSON form. A frozen value is data from the scope: it is handed over as it is, whatever its size.
 *
 * @throws IceError `ICE_EXPRESSION_FAILED` for what has no JSON form, `ICE_EXPRESSION_LIMIT` for a built value that is too large.
 */
export function toJsonResult(value: unknown, meter: Meter): Json {
  const total = { length: 0 };
  const result = convert(value, meter, total, 0);
  meter.gives(total.length);
  return result;
}

function convert(value: unknown, meter: Meter, total: { length: number }, depth: number): Json {
  if (depth > expressionLimits.builtDepth) meter.refuse(`a value deeper than ${expressionLimits.builtDepth}`);
  count(meter, total, typeof value === "string" ? value.length + 2 : 4);
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      if (depth === 0 && value.length > expressionLimits.builtLength)
        meter.refuse(`a string of more than ${expressionLimits.builtLength} characters`);
      return value;
    case "number":
      return finite(value);
    case "bigint":
      return safeInteger(value);
    case "object":
      return value === null ? null : convertObject(value, meter, total, depth);
    default:
      throw expressionFailed(
        `The result is ${typeof value === "undefined" ? "nothing" : "no JSON value"}.`,
        "let the expression give a JSON value",
      );
  }
}

function convertObject(value: object, meter: Meter, total: { length: number }, depth: number): Json {
  if (Array.isArray(value)) {
    if (Object.isFrozen(value)) return value as Json;
    return Object.freeze(value.map((entry) => convert(entry, meter, total, depth + 1)));
  }
  if (value instanceof Map) return convertEntries(value.entries(), meter, total, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null)
    return Object.isFrozen(value) ? (value as Json) : convertEntries(Object.entries(value), meter, total, depth);
  if (value instanceof Optional) return value.hasValue() ? convert(value.value(), meter, total, depth) : null;
  if (value instanceof Date) return value.toISOString().replace(".000Z", "Z");
  if (value instanceof Uint8Array) return convert(base64(value), meter, total, depth);
  // The library does not export its unsigned integers and durations; they are told by what they hold.
  const primitive: unknown = value.valueOf();
  if (typeof primitive === "bigint") return safeInteger(primitive);
  if ("seconds" in value && "nanos" in value) return durationText(value as { seconds: bigint; nanos: number });
  throw expressionFailed(
    `The result is a ${value.constructor.name === "Type" ? "type" : "value"} that has no JSON form.`,
    "let the expression give a JSON value",
  );
}

function convertEntries(
  entries: Iterable<[unknown, unknown]>,
  meter: Meter,
  total: { length: number },
  depth: number,
): Json {
  const map: Record<string, Json> = {};
  for (const [key, entry] of entries) {
    const name = String(key);
    if (name === "__proto__") throw expressionFailed("A map in the result has the key `__proto__`.", "use another key");
    count(meter, total, name.length + 3);
    map[name] = convert(entry, meter, total, depth + 1);
  }
  return Object.freeze(map);
}

function count(meter: Meter, total: { length: number }, length: number): void {
  total.length += length;
  if (total.length > expressionLimits.builtLength + 4)
    meter.refuse(`a value of more than ${expressionLimits.builtLength} characters as JSON`);
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw expressionFailed(
    `The result is ${value}, which is no JSON number.`,
    "guard it, for example against a division by zero",
  );
}

function safeInteger(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new IceError(
    "ICE_EXPRESSION_FAILED",
    `The result is the integer ${value}, which no JSON number holds exactly.`,
    {
      fix: "keep integers within ±2^53, or convert: double(x)",
    },
  );
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function durationText({ seconds, nanos }: { readonly seconds: bigint; readonly nanos: number }): string {
  const fraction = nanos === 0 ? "" : `.${String(Math.abs(nanos)).padStart(9, "0").replace(/0+$/, "")}`;
  const sign = seconds < 0n || nanos < 0 ? "-" : "";
  return `${sign}${seconds < 0n ? -seconds : seconds}${fraction}s`;
}
