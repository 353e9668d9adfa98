import type { Steps } from "../time/steps.ts";
import { isPlainObject, type Json } from "./json.ts";

/** Characters that are looked at between two pauses, and as how many of them a value counts besides its text. */
const atOnce = 65_536;
const perValue = 64;

/**
 * A value with its texts and keys replaced, at any depth. It is the value itself if none of them changes, which is what it is made
 * for: only then it takes pauses.
 *
 * @param replace - returns the text itself where there is nothing to replace.
 */
export function* replaceTexts(value: Json, replace: (text: string) => string): Steps<Json> {
  const waiting: Json[] = [value];
  let looked = 0;
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (typeof part === "string") {
      if (replace(part) !== part) return replaced(value, replace);
      looked += part.length;
    } else if (Array.isArray(part)) {
      for (const entry of part as readonly Json[]) if (mayHoldText(entry)) waiting.push(entry);
    } else if (isPlainObject(part)) {
      for (const [key, entry] of Object.entries(part)) {
        looked += key.length;
        if (replace(key) !== key) return replaced(value, replace);
        if (mayHoldText(entry)) waiting.push(entry);
      }
    }
    if ((looked += perValue) < atOnce) continue;
    looked = 0;
    yield;
  }
  return value;
}

const mayHoldText = (value: Json): boolean =>
  typeof value === "string" || (typeof value === "object" && value !== null);

function replaced(value: Json, replace: (text: string) => string): Json {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map((entry) => replaced(entry, replace));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [replace(key), replaced(entry, replace)]));
}
