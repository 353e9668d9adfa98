import { parseTimestamp } from "../expression/values/timestamp.ts";

/** The last moment that a `Date` can name, in epoch milliseconds. */
const lastMoment = 8_640_000_000_000_000;

/** Epoch milliseconds of a time: a number of them, or RFC 3339 with an offset or `Z`. Undefined for anything else. */
export function momentOf(time: unknown): number | undefined {
  if (typeof time === "number") return Math.abs(time) <= lastMoment ? time : undefined;
  if (typeof time !== "string") return undefined;
  try {
    return Number(parseTimestamp(time).nanos / 1_000_000n);
  } catch {
    return undefined;
  }
}
