import type { Meter } from "../meter.ts";
import type { Duration } from "./duration.ts";
import type { Timestamp } from "./timestamp.ts";

/** What reading or writing a time costs, in characters. */
export const timeWork = 2048;

/** A time as text, counted. */
export function timeText(time: Timestamp | Duration, meter: Meter): string {
  meter.work(timeWork);
  return time.toString();
}
