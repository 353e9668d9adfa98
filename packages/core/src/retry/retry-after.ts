/** Longest wait that is believed: a day. */
const longestMs = 86_400_000;

/**
 * Milliseconds until a server wants the next request: `retry-after-ms`, else `Retry-After` in seconds or as a date
 * (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3). Undefined when it says nothing that can be understood.
 *
 * @param header - the value of a header; names are in lower case.
 * @param nowMs - epoch milliseconds.
 */
export function retryAfterMs(header: (name: string) => string | undefined, nowMs: number): number | undefined {
  const milliseconds = numberOf(header("retry-after-ms"));
  if (milliseconds !== undefined) return Math.min(milliseconds, longestMs);
  const value = header("retry-after");
  if (value === undefined) return undefined;
  const seconds = numberOf(value);
  const waitMs = seconds === undefined ? Date.parse(value) - nowMs : 1000 * seconds;
  return Number.isFinite(waitMs) && waitMs >= 0 ? Math.ceil(Math.min(waitMs, longestMs)) : undefined;
}

function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d{1,15}(?:\.\d{1,9})?\s*$/.test(value) ? Number(value) : undefined;
}
