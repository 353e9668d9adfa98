import { expressionFailed } from "../failure.ts";
import type { Timestamp } from "./timestamp.ts";

/** A zone of the IANA database as `Intl` reads it. The most recently used are kept; making one takes 50 µs. */
const formats = new Map<string, Intl.DateTimeFormat>();
const mostFormats = 32;

/**
 * A time as the clocks of a zone show it: a date whose UTC fields are the local ones.
 *
 * @param zone - `Europe/Berlin`, or an offset: `+02:00`, `-02:00`, `02:00`. Default: UTC.
 * @throws IceError `ICE_EXPRESSION_FAILED` for a zone that does not exist.
 */
export function localDate(time: Timestamp, zone?: string): Date {
  const utc = Number(time.seconds) * 1000;
  if (zone === undefined) return new Date(utc);
  const [, sign, hours, minutes] = /^([+-]?)(\d\d):([0-5]\d)$/.exec(zone) ?? [];
  if (hours !== undefined)
    return new Date(utc + (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1));
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(utc)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<"year" | "month" | "day" | "hour" | "minute" | "second", number>;
  const local = new Date(0);
  local.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  local.setUTCHours(parts.hour, parts.minute, parts.second);
  return local;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  formats.delete(zone);
  const format = known ?? makeFormat(zone);
  formats.set(zone, format);
  if (formats.size > mostFormats) formats.delete(formats.keys().next().value!);
  return format;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (cause) {
    throw expressionFailed(
      `There is no time zone "${timeZone.slice(0, 40)}".`,
      'name one of the IANA database, as in "Europe/Berlin", or an offset: "+02:00"',
      cause,
    );
  }
}
