import type { ScheduleStore } from "@ice/core";
import type { StoreFile } from "./store-file.ts";

/** What is kept of the schedules of a tenant in a file. */
export const schedulesIn = (file: StoreFile, tenant: string): ScheduleStore => ({
  lastDue: (name) =>
    file.now(
      () =>
        file.database.get<{ last_due: number }>(
          "SELECT last_due FROM schedules WHERE tenant = ? AND name = ?",
          tenant,
          name,
        )?.last_due,
    ),
  setLastDue: (name, at) =>
    file.commit(() => {
      file.database.run(
        `INSERT INTO schedules (tenant, name, last_due) VALUES (?, ?, ?)
          ON CONFLICT (tenant, name) DO UPDATE SET last_due = max(last_due, excluded.last_due)`,
        tenant,
        name,
        at,
      );
    }),
});
