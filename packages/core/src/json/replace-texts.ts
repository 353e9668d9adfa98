import type { Steps } from "../time/steps.ts";
import type { Json, JsonObject } from "./json.ts";

/** Characters that are looked at between two pauses, and as how many of them a list or object counts besides its texts. */
const atOnce = 65_536;
const perPart = 64;

/** What replaces texts. */
export interface TextReplacement {
  /** Returns the text itself where there is nothing to replace. */
  readonly replace: (text: string) => string;
  /** Texts of fewer characters stay as they are. */
  readonly shortest: number;
}

/**
 * JSON with its texts and keys replaced, at any depth. It is the value itself if none of them changes, which is what this is made
 * for: only then it takes pauses.
 */
export function* replaceTexts(value: Json, replacement: TextReplacement): Steps<Json> {
  const search = new Search(replacement);
  search.visit(value);
  for (let part = search.next(); part !== undefined; part = search.next()) {
    if (Array.isArray(part)) for (const entry of part as readonly Json[]) search.visit(entry);
    // JSON has no inherited names, and a list of entries takes ten times as long.
    else
      for (const key in part as JsonObject) {
        search.visit(key);
        search.visit((part as JsonObject)[key]!);
      }
    if (search.isFound) return replaced(value, replacement);
    if (search.isLong()) yield;
  }
  return search.isFound ? replaced(value, replacement) : value;
}

/** The search for a text to replace, of which most values have none. */
class Search {
  readonly #replacement: TextReplacement;
  readonly #waiting: (readonly Json[] | JsonObject)[] = [];
  #looked = 0;
  isFound = false;

  constructor(replacement: TextReplacement) {
    this.#replacement = replacement;
  }

  visit(part: Json): void {
    const { replace, shortest } = this.#replacement;
    if (typeof part === "string") {
      if (part.length >= shortest && replace(part) !== part) this.isFound = true;
      this.#looked += part.length;
    } else if (typeof part === "object" && part !== null) this.#waiting.push(part);
  }

  next(): readonly Json[] | JsonObject | undefined {
    this.#looked += perPart;
    return this.#waiting.pop();
  }

  /** Whether it is time for a pause. */
  isLong(): boolean {
    if (this.#looked < atOnce) return false;
    this.#looked = 0;
    return true;
  }
}

function replaced(value: Json, replacement: TextReplacement): Json {
  if (typeof value === "string") return value.length >= replacement.shortest ? replacement.replace(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((entry) => replaced(entry, replacement));
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [replaced(key, replacement) as string, replaced(entry, replacement)]),
  );
}
