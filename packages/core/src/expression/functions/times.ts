import { expressionFailed } from "../failure.ts";
import type { Meter } from "../meter.ts";
import { Duration } from "../values/duration.ts";
import { localDate } from "../values/time-zone.ts";
import { Timestamp } from "../values/timestamp.ts";
import { takeText, wrongType } from "./arguments.ts";
import type { Builtin, Builtins } from "./builtin.ts";

/** What asking for the local time of a zone during a search, in characters. */
const zoneWork = 16_384;

const dayMs = 86_400_000;

export const timeMethods: Builtins = {
  getFullYear: ofDate("getFullYear", (date) => date.getUTCFullYear()),
  getMonth: ofDate("getMonth", (date) => date.getUTCMonth()),
  getDate: ofDate("getDate", (date) => date.getUTCDate()),
  getDayOfMonth: ofDate("getDayOfMonth", (date) => date.getUTCDate() - 1),
  getDayOfWeek: ofDate("getDayOfWeek", (date) => date.getUTCDay()),
  getDayOfYear: ofDate("getDayOfYear", dayOfYear),
  getHours: ofEither("getHours", (date) => date.getUTCHours(), 3_600_000_000_000n),
  getMinutes: ofEither("getMinutes", (date) => date.getUTCMinutes(), 60_000_000_000n),
  getSeconds: ofEither("getSeconds", (date) => date.getUTCSeconds(), 1_000_000_000n),
  getMilliseconds: {
    arity: [1, 2],
    type: "int",
    call([value, zone], meter) {
      if (value instanceof Timestamp) {
        zoned("getMilliseconds", value, zone, meter);
        return value.nanosOfSecond / 1_000_000n;
      }
      if (value instanceof Duration && zone === undefined) return (value.nanos / 1_000_000n) % 1000n;
      throw noTime("getMilliseconds", value);
    },
  },
};

function dayOfYear(date: Date): number {
  const newYear = new Date(date);
  newYear.setUTCMonth(0, 1);
  return Math.round((date.getTime() - newYear.getTime()) / dayMs);
}

function ofDate(name: string, read: (date: Date) => number): Builtin {
  return {
    arity: [1, 2],
    type: "int",
    call([value, zone], meter) {
      if (value instanceof Timestamp) return BigInt(read(zoned(name, value, zone, meter)));
      throw noTime(name, value);
    },
  };
}

/** For a timestamp the part, for a duration the whole in that unit. */
function ofEither(name: string, read: (date: Date) => number, unit: bigint): Builtin {
  const { arity, call } = ofDate(name, read);
  return {
    arity,
    type: "int",
    call: (args, meter) =>
      args[0] instanceof Duration && args.length === 1 ? args[0].nanos / unit : call(args, meter),
  };
}

function zoned(name: string, time: Timestamp, zone: unknown, meter: Meter): Date {
  if (zone === undefined) return localDate(time, undefined, meter);
  meter.work(zoneWork);
  return localDate(time, takeText(name, zone, meter), meter);
}

function noTime(name: string, value: unknown): Error {
  return typeof value === "string"
    ? expressionFailed(`${name}() needs a timestamp, but got a string.`, `convert it: \`timestamp(s).${name}()\``)
    : wrongType(name, "a timestamp", value);
}
