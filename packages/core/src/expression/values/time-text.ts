import type { Meter } from "../meter.ts";
import type { Duration } from "./duration.ts";
import type { Timestamp } from "./timestamp.ts";

/** What reading or writing a time during a search, in characters. */
export const timeWork = 2048;

/** A time as text, metered. */
export function timeText(time: Timestamp | Duration, meter: Meter): string {
  meter.work(timeWork);
  return time.toString();
}
