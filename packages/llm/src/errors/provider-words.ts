import { quotedWords } from "@ice/core/internal";

/** Replaces keys in untrusted text. */
export type Hide = (text: string) => string;

/** The reason in a provider's body or event, for a message: one line without keys, at most 500 characters. */
export function wordsOf(said: unknown, hide: Hide): string {
  const text = typeof said === "string" ? textOf(said) : (messageIn(said) ?? JSON.stringify(said) ?? "");
  return filterWords(text, hide);
}

/** Untrusted text, without control characters and without the keys that were sent with the request. */
export function filterWords(text: string, hide: Hide): string {
  return quotedWords(hide(text));
}

/** The message in a JSON body, otherwise its text; of HTML the visible text. */
function textOf(body: string): string {
  const trimmed = body.trim();
  if (/^[[{]/.test(trimmed)) {
    try {
      return messageIn(JSON.parse(trimmed)) ?? trimmed;
    } catch {
      return trimmed; // it only looked like JSON, or was truncated
    }
  }
  return trimmed.startsWith("<") ? trimmed.replaceAll(/<(?:style|script)\b[^<]*|<[^<>]*>/gi, " ") : trimmed;
}

/** Providers write `{ error: { message } }`, `[{ error }]`, `{ message }`, `{ error: "…" }` or `{ detail }`. */
function messageIn(said: unknown, depth = 0): string | undefined {
  if (typeof said === "string") return said;
  if (typeof said !== "object" || said === null || depth > 3) return undefined;
  const { error, message, detail, 0: first } = said as Readonly<Record<string, unknown>>;
  for (const inner of [error, message, detail, first]) {
    const found = messageIn(inner, depth + 1);
    if (found !== undefined && found !== "") return found;
  }
  return undefined;
}
