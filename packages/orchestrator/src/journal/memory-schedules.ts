import type { ScheduleStore } from "@ice/core";

/** What is kept of schedules for the lifetime of the process. @param assertOpen - throws if the store is closed. */
export function createMemorySchedules(assertOpen: () => void): ScheduleStore {
  const last = new Map<string, number>();
  return {
    async lastDue(name) {
      assertOpen();
      return last.get(name);
    },
    async setLastDue(name, at) {
      assertOpen();
      last.set(name, Math.max(at, last.get(name) ?? at));
    },
  };
}
