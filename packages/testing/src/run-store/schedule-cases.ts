import assert from "node:assert/strict";
import { anotherOf, type RunStoreCase } from "./run-store-case.ts";

/** What is kept of schedules. */
export const scheduleCases: readonly RunStoreCase[] = [
  {
    name: "the last time of a schedule is kept, per name and tenant, and does not go back",
    async check({ store }) {
      const { schedules } = store;
      assert.equal(await schedules.lastDue("nightly"), undefined);
      await schedules.setLastDue("nightly", 5000);
      await schedules.setLastDue("nightly", 7000);
      await schedules.setLastDue("nightly", 6000);
      await schedules.setLastDue("toString", 1);
      await store.forTenant("acme").schedules.setLastDue("nightly", 1000);
      assert.deepEqual([await schedules.lastDue("nightly"), await schedules.lastDue("toString")], [7000, 1]);
      assert.deepEqual(
        [await schedules.lastDue("valueOf"), await store.forTenant("acme").schedules.lastDue("nightly")],
        [undefined, 1000],
      );
    },
  },
  {
    name: "another instance sees the last time of a schedule",
    several: true,
    async check(fixture) {
      const other = await anotherOf(fixture);
      await fixture.store.schedules.setLastDue("nightly", 5000);
      assert.equal(await other.schedules.lastDue("nightly"), 5000);
    },
  },
];
