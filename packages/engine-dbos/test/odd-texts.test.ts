import { afterEach, beforeEach, expect, test } from "vitest";
import { dispatchOf } from "../src/dispatch/dispatch-of.ts";
import { putOutcome, putStep } from "../src/dispatch/placed-jobs.ts";
import { newRun, watchfulOwner } from "./sample.ts";
import { newAddress } from "./store-fixture.ts";
import { startCluster, type Cluster } from "./workers.ts";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster(newAddress().url);
});
afterEach(() => cluster.close());

/** NUL, both halves of the character with which the store escapes it, which are lone surrogates without each other, and what follows it. */
const units = ["\0", "\udbff", "\udfff", "\u{10FFFF}", "0", "1", "\\", '"'];

/** All texts of up to three units. */
const texts = [1, 2, 3].flatMap((length) =>
  Array.from({ length: units.length ** length }, (_, nth) =>
    Array.from({ length }, (_, at) => units[Math.floor(nth / units.length ** at) % units.length]).join(""),
  ),
);

test("no text in the arguments of a node on another worker changes on its way there and back", async () => {
  await cluster.start({ provides: ["gpu"] });
  const echo = { id: "a", type: "tool", toolName: "echo", toolArgs: { texts }, requires: ["gpu"] };
  const { nodes } = await cluster.own("r", [echo]);
  expect(nodes["a"]).toMatchObject({ status: "completed", output: { texts } });
});

test("no text in the steps of a node on another worker changes on its way back", async () => {
  const { database, queues, outcomes } = dispatchOf(cluster.store);
  await queues.open();
  await cluster.store.create(newRun("r"), watchfulOwner());
  const key = { job: "1:a:1", row: 1 };
  const steps = [
    { key: "\u{10FFFF}1\0", value: texts },
    { key: "k", value: "A\u{10FFFF}B" },
  ];
  for (const step of steps) await putStep(database, { ...key, step });
  await putOutcome(database, { ...key, body: JSON.stringify({ output: texts, usage: {} }) });
  expect(await outcomes.of(key.job)).toMatchObject({ output: texts, steps });
});
