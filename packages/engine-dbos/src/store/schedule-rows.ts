import type { ScheduleStore } from "@ice/core";
import type { StoreDatabase } from "./store-database.ts";

/** What is kept of the schedules of a tenant in a database. */
export const schedulesIn = (store: StoreDatabase, tenant: string): ScheduleStore => ({
  lastDue: async (name) => {
    const sql = "SELECT last_due FROM schedules WHERE tenant = $1 AND name = $2";
    return (await store.opened.get<{ last_due: number }>(sql, tenant, name))?.last_due;
  },
  setLastDue: async (name, at) => {
    await store.opened.run(
      `INSERT INTO schedules (tenant, name, last_due) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, name) DO UPDATE SET last_due = greatest(schedules.last_due, excluded.last_due)`,
      tenant,
      name,
      at,
    );
  },
});
