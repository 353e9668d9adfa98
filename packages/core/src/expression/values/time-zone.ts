import { expressionFailed } from "../failure.ts";
import type { Meter } from "../meter.ts";
import type { Timestamp } from "./timestamp.ts";

/** Zones of the IANA database as `Intl` reads them. The most recently used are cached; creating one takes up to 0.5 ms. */
const formats = new Map<string, Intl.DateTimeFormat>();
const maxFormats = 32;
/** What making one during a search, in characters. */
const newZoneWork = 524_288;

/**
 * A time as the clocks of a zone show it: a date whose UTC fields are the local ones.
 *
 * @param zone - `Europe/Berlin`, or an offset: `+02:00`, `-02:00`, `02:00`. Default: UTC.
 * @param meter - counts the zone, once for each expression.
 * @throws IceError `ICE_EXPRESSION_FAILED` for a zone that does not exist.
 */
export function localDate(time: Timestamp, zone: string | undefined, meter: Meter): Date {
  const utc = Number(time.seconds) * 1000;
  if (zone === undefined) return new Date(utc);
  const [, sign, hours, minutes] = /^([+-]?)(\d\d):([0-5]\d)$/.exec(zone) ?? [];
  if (hours !== undefined)
    return new Date(utc + (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1));
  const parts = Object.fromEntries(
    countedFormat(zone, meter)
      .formatToParts(utc)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<"year" | "month" | "day" | "hour" | "minute" | "second", number>;
  const local = new Date(0);
  local.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  local.setUTCHours(parts.hour, parts.minute, parts.second);
  return local;
}

/** Like a pattern, a zone is charged to each evaluation that uses it, cached or not. */
function countedFormat(zone: string, meter: Meter): Intl.DateTimeFormat {
  const known = meter.zones.get(zone);
  if (known !== undefined) return known;
  meter.work(newZoneWork);
  const format = formatOf(zone);
  meter.zones.set(zone, format);
  return format;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  formats.delete(zone);
  const format = known ?? makeFormat(zone);
  formats.set(zone, format);
  if (formats.size > maxFormats) formats.delete(formats.keys().next().value!);
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
