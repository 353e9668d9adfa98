import { IceError, messageOf, type ScheduleOptions } from "@ice/core";
import { shorten } from "@ice/core/internal";
import { Cron } from "croner";

/** The times of a schedule, in epoch milliseconds. */
export interface CronTimes {
  /** The first one after a time; undefined if there is none. */
  next(after: number): number | undefined;
  /** Up to so many before a time and after another one, the earliest first; the last ones if there are more. */
  between(after: number, before: number, limit: number): readonly number[];
}

/** @throws IceError `ICE_USAGE` for a pattern or a time zone that is none. */
export function cronTimes(name: string, { cron, timezone = "UTC" }: ScheduleOptions): CronTimes {
  try {
    const job = new Cron(cron, { timezone, mode: "5-or-6-parts", paused: true });
    job.nextRun(new Date(0)); // reports an unknown time zone
    return {
      next: (after) => job.nextRun(new Date(after))?.getTime(),
      between: (after, before, limit) =>
        job
          .previousRuns(limit, new Date(before))
          .map((time) => time.getTime())
          .filter((time) => time > after)
          .toReversed(),
    };
  } catch (cause) {
    throw new IceError("ICE_USAGE", `The schedule "${name}" is not valid: ${shorten(messageOf(cause))}`, {
      fix: 'write a cron pattern of five or six fields, such as "0 7 * * MON-FRI", and the IANA name of a time zone, such as "Europe/Berlin"',
      details: { name },
      cause,
    });
  }
}
