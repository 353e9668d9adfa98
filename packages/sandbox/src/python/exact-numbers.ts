/** Whether JSON text has an integer that a JavaScript number does not hold exactly. */
export function losesDigits(text: string): boolean {
  // The parse costs ten times the search, so it runs only where it can find something.
  if (!/\d{16}/.test(text)) return false;
  let lost = false;
  const look: Reviver = (_key, value, { source }) => {
    if (typeof value === "number" && /^-?\d+$/.test(source ?? "") && !Number.isSafeInteger(value)) lost = true;
    return value;
  };
  try {
    JSON.parse(text, look as (key: string, value: unknown) => unknown);
  } catch {
    return false; // no JSON at all, which is found out where it is parsed
  }
  return lost;
}

/** With the source text of numbers: ECMAScript 2026, not yet in the types. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
