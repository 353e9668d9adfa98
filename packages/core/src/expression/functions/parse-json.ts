import { expressionFailed } from "../failure.ts";
import { expressionLimits } from "../limits.ts";
import type { Meter } from "../meter.ts";

/** Context that JavaScript's parser passes for a value: its source text, unless it is an object. */
interface Source {
  readonly source?: string;
}

/**
 * Parses JSON as data: keys `__proto__` are dropped.
 *
 * @throws IceError `ICE_EXPRESSION_FAILED` for text that is not JSON, and for a number that JSON in ice cannot represent.
 */
export function parseJson(text: string, meter: Meter): unknown {
  const risky = suspicious.test(text);
  meter.built(text.length, text.length * (risky ? checkedWork : parsedWork));
  checkDepth(text, meter);
  try {
    return JSON.parse(text, risky ? checked : undefined) as unknown;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw expressionFailed("parseJson() got a string that is not JSON.", "check the string and its source", cause);
  }
}

/** Text that may contain an inexact number or a key `__proto__`, also in escaped form. */
const suspicious = /\d{16}|\d[eE]|__|\\u/;

/** Cost of parsing a character, alone and with a check of each value. */
const parsedWork = 16;
const checkedWork = 256;

function checked(key: string, value: unknown, { source }: Source = {}): unknown {
  if (key === "__proto__") return undefined;
  if (typeof value === "number") checkNumber(value, source, key);
  return value;
}

/** An integer beyond 2^53 would be rounded, and 1e400 would be infinite. */
function checkNumber(value: number, source: string | undefined, key: string): void {
  const exact =
    Number.isFinite(value) && (Number.isSafeInteger(value) || source === undefined || !/^-?\d+$/.test(source));
  if (exact) return;
  throw expressionFailed(
    `parseJson() got the number ${String(source).slice(0, 40)}${key === "" ? "" : ` at "${key.slice(0, 40)}"`}, which a JSON number cannot represent exactly.`,
    "write it as a string at its source",
  );
}

/** Brackets inside strings do not count. */
function checkDepth(source: string, meter: Meter): void {
  let depth = 0;
  for (let at = 0; at < source.length; at += 1) {
    const unit = source[at];
    if (unit === '"') at = endOfString(source, at);
    else if (unit === "[" || unit === "{") depth += 1;
    else if (unit === "]" || unit === "}") depth -= 1;
    if (depth > expressionLimits.builtDepth) meter.refuse(`JSON deeper than ${expressionLimits.builtDepth}`);
  }
}

function endOfString(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== '"') at += source[at] === "\\" ? 2 : 1;
  return at;
}
