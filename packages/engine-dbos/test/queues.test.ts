import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { listQueues, setQueue } from "../src/index.ts";
import { postgresFixture, reusedSchemas, type PostgresFixture } from "./store-fixture.ts";

const openFixture = reusedSchemas();
let fixture: PostgresFixture;
beforeEach(async () => {
  fixture = await openFixture();
});
afterEach(() => fixture.close());

const counts = { queued: 0, running: 0 };

test("limits are kept, changed one by one, and listed by name", async () => {
  const { store } = fixture;
  expect(await listQueues(store)).toEqual([{ name: "runs", ...counts }]);
  await setQueue(store, "gpu", { total: 5 });
  await setQueue(store, "gpu", { total: 20, perWorker: 3, rate: { count: 4, seconds: 1.5 } });
  await setQueue(store, "browser+gpu", { perTenant: 2 });
  await setQueue(store, "runs", { perWorker: 4, perTenant: 10 });
  expect(await listQueues(await fixture.another())).toEqual([
    { name: "browser+gpu", perTenant: 2, ...counts },
    { name: "gpu", total: 20, perWorker: 3, rate: { count: 4, seconds: 1.5 }, ...counts },
    { name: "runs", perWorker: 4, perTenant: 10, ...counts },
  ]);
  // A worker executes no more than all of them together.
  await setQueue(store, "gpu", { total: 2, perTenant: 1 });
  expect((await listQueues(store))[1]).toMatchObject({ total: 2, perWorker: 2, perTenant: 1 });
});

test("a limit is removed with null, and the others stay", async () => {
  const { store } = fixture;
  await setQueue(store, "gpu", { total: 5, perWorker: 2, perTenant: 3, rate: { count: 4, seconds: 1 } });
  await setQueue(store, "gpu", { total: null, perWorker: undefined, rate: null });
  expect(await listQueues(store)).toEqual([
    { name: "gpu", perWorker: 2, perTenant: 3, ...counts },
    { name: "runs", ...counts },
  ]);
  await setQueue(store, "gpu", { perWorker: null, perTenant: null });
  await setQueue(store, "runs", { total: null, rate: null });
  // Nothing is known of a queue without limits and entries; `runs` is there for everyone.
  expect(await listQueues(await fixture.another())).toEqual([{ name: "runs", ...counts }]);
});

test.each(["GPU", "", "gpu+browser", "gpu+gpu", "a b", "_dbos", "g".repeat(33), "gpu+", "a+b+c+d+e"])(
  "is refused as the name of a queue: %s",
  async (name) => {
    await expect(setQueue(fixture.store, name, { total: 1 })).rejects.toMatchObject({ code: "ICE_USAGE" });
  },
);

test.each([
  { total: 0 },
  { total: -1 },
  { total: 1.5 },
  { perWorker: 0 },
  { perTenant: 0 },
  { perTenant: 1e9 },
  { rate: { count: 0, seconds: 1 } },
  { rate: { count: 1, seconds: 0 } },
  { rate: { count: 1, seconds: Infinity } },
])("is refused as a limit: %j", async (limits) => {
  await expect(setQueue(fixture.store, "gpu", limits)).rejects.toMatchObject({ code: "ICE_USAGE" });
  expect(await listQueues(fixture.store)).toEqual([{ name: "runs", ...counts }]);
});

test.each([{ total: 3 }, { rate: { count: 1, seconds: 1 } }])(
  "the queue of runs takes none of all workers: %j",
  async (limits) => {
    await expect(setQueue(fixture.store, "runs", limits)).rejects.toMatchObject({
      code: "ICE_USAGE",
      fix: expect.stringContaining("--per-worker"),
    });
  },
);

test("several processes create the tables of the queues at once", async () => {
  const fresh = await postgresFixture();
  onTestFinished(() => fresh.close());
  const stores = await Promise.all([fresh.another(), fresh.another(), fresh.another()]);
  await Promise.all(stores.map((store, at) => setQueue(store, `q${at}`, { total: 1 })));
  expect((await listQueues(fresh.store)).map(({ name }) => name)).toEqual(["q0", "q1", "q2", "runs"]);
});
