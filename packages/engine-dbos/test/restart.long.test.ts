import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPostgresRunStore } from "../src/index.ts";
import { checkpoint, newRun, watchfulOwner } from "./sample.ts";
import { startPostgres, type TestPostgres } from "./start-postgres.ts";

let postgres: TestPostgres;
beforeEach(async () => {
  postgres = await startPostgres();
});
afterEach(() => postgres.close());

test("a database that crashes and starts again loses and repeats nothing, and its runs keep their owner", async () => {
  const store = await openPostgresRunStore(postgres.url);
  const owner = watchfulOwner();
  const journals = await Promise.all(["a", "b", "c"].map((runId) => store.create(newRun(runId), owner)));
  let written = 0;
  const chains = journals.map(async (journal) => {
    for (let n = 0; n < 200; n += 1) {
      await journal.append(checkpoint(n));
      written += 1;
    }
  });
  for (const when of [100, 300]) {
    await expect.poll(() => written, { timeout: 30_000, interval: 1 }).toBeGreaterThan(when);
    await postgres.stop();
    await delay(100);
    await postgres.start();
  }
  await Promise.all(chains);
  for (const runId of ["a", "b", "c"])
    expect((await store.read(runId)).records).toEqual(Array.from({ length: 200 }, (_, n) => checkpoint(n)));
  expect(owner.lost).toEqual([]);
  await store.close();
});
