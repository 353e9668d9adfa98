import { expressionFailed } from "../failure.ts";
import { fraction } from "./duration.ts";

const nanosPerSecond = 1_000_000_000n;
const earliest = BigInt(Date.parse("0001-01-01T00:00:00Z") / 1000) * nanosPerSecond;
const latest = BigInt(Date.parse("9999-12-31T23:59:59Z") / 1000) * nanosPerSecond + (nanosPerSecond - 1n);

/** A point in time, exact to the nanosecond, in the years 1 to 9999. */
export class Timestamp {
  /** Since 1970-01-01T00:00:00Z. */
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    if (nanos < earliest || nanos > latest)
      throw expressionFailed(
        "A timestamp is outside the years 1 to 9999.",
        "check the time that it is calculated from",
      );
    this.nanos = nanos;
  }

  /** Whole seconds since 1970, rounded down. */
  get seconds(): bigint {
    return (this.nanos - this.nanosOfSecond) / nanosPerSecond;
  }

  get nanosOfSecond(): bigint {
    return ((this.nanos % nanosPerSecond) + nanosPerSecond) % nanosPerSecond;
  }

  /** RFC 3339 in UTC, with as many digits as necessary: `2026-01-02T03:04:05.5Z`. */
  toString(): string {
    const date = new Date(Number(this.seconds) * 1000).toISOString();
    return `${date.slice(0, 19)}${fraction(this.nanosOfSecond)}Z`;
  }
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/i;

/**
 * Parses RFC 3339. Days that do not exist, 24:00, and more than nine digits of a second are errors.
 *
 * @throws IceError `ICE_EXPRESSION_FAILED`.
 */
export function parseTimestamp(text: string): Timestamp {
  const match = rfc3339.exec(text);
  if (match === null) throw noTimestamp(text);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [, , , , , , , digits = "", sign, offsetHour = "0", offsetMinute = "0"] = match;
  const daysOfMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth || hour > 23 || minute > 59 || second > 59)
    throw noTimestamp(text);
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) throw noTimestamp(text);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60 * (sign === "-" ? -1 : 1);
  const seconds = BigInt(date.getTime() / 1000 - offset);
  return new Timestamp(seconds * nanosPerSecond + BigInt(digits.padEnd(9, "0")));
}

function noTimestamp(text: string): Error {
  return expressionFailed(
    `"${text.slice(0, 40)}" is not a timestamp.`,
    'write a date that exists, as in timestamp("2026-01-31T12:00:00Z")',
  );
}
