import type { JsonObject } from "@ice/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newAddress } from "./store-fixture.ts";
import { startCluster, work, type Cluster } from "./workers.ts";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster(newAddress().url);
});
afterEach(() => cluster.close());

const thrice = (ms: number, more: JsonObject = {}): JsonObject => ({
  id: "a",
  type: "agent",
  package: "thrice",
  input: { ms },
  requires: ["gpu"],
  ...more,
});
/** Until tools have begun so many calls. */
const untilBegun = (count: number): Promise<void> =>
  expect
    .poll(() => cluster.steps({ phase: "begin" }).length, { timeout: 20_000, interval: 20 })
    .toBeGreaterThanOrEqual(count);

/** What the journal of the run "r" has of steps, and the tool calls that its records count. */
async function recorded() {
  const { records } = await cluster.store.read("r");
  const steps = records.flatMap((record) => (record.kind === "step" ? [record.key] : []));
  const counted = records.map((record) =>
    "usage" in record && record.kind !== "ended" ? (record.usage?.toolCalls ?? 0) : 0,
  );
  return { steps, toolCalls: counted.reduce((sum, one) => sum + one, 0) };
}
const threeSteps = { steps: ["t=k1", "t=k2", "t=k3"], toolCalls: 3 };

test("an agent whose worker dies goes on elsewhere behind its last step, and each call is counted once", async () => {
  const options = { provides: ["gpu"] };
  const [, ...others] = await Promise.all([cluster.start(), cluster.start(options), cluster.start(options)]);
  await cluster.queue("r", [thrice(500)], { budget: { toolCalls: 3 } });
  await untilBegun(2);
  others.find(({ pid }) => pid === cluster.steps()[0]!.pid)!.kill("SIGKILL");
  expect(await cluster.result("r")).toMatchObject({
    status: "completed",
    nodes: { a: { attempts: 2 } },
    usage: { toolCalls: 3 },
  });
  const begun = cluster.steps({ phase: "begin" });
  expect(begun.map(({ attempt }) => attempt)).toEqual([1, 1, 2, 2]);
  const [first, second, again, third] = begun.map(({ key }) => key);
  expect(again).toBe(second);
  expect(new Set([first, second, third]).size).toBe(3);
  expect(await recorded()).toEqual(threeSteps);
});

test("a new owner of the run takes the outcome, and counts what it used once", async () => {
  const [owner] = await Promise.all([cluster.start(), cluster.start({ provides: ["gpu"] })]);
  await cluster.queue("r", [thrice(400), work("b", {}, { dependencies: ["a"] })], { budget: { toolCalls: 4 } });
  await untilBegun(1);
  owner!.kill("SIGKILL");
  await cluster.start();
  expect(await cluster.result("r")).toMatchObject({
    status: "completed",
    nodes: { a: { attempts: 1 } },
    usage: { toolCalls: 4 },
  });
  expect(cluster.steps({ phase: "begin", path: "a" })).toHaveLength(3);
  expect(await recorded()).toEqual({ ...threeSteps, toolCalls: 4 });
});

test("a step that was written twice, because the answer of the database was lost, counts once", async () => {
  await Promise.all([cluster.start(), cluster.start({ provides: ["gpu"] })]);
  await cluster.queue("r", [thrice(500)], { budget: { toolCalls: 3 } });
  await untilBegun(3);
  await cluster.query("INSERT INTO job_steps (job, run, body) SELECT job, run, body FROM job_steps ORDER BY seq");
  expect(await cluster.result("r")).toMatchObject({ status: "completed", usage: { toolCalls: 3 } });
  expect(await recorded()).toEqual(threeSteps);
  expect(await cluster.query("SELECT count(*)::integer AS steps FROM job_steps")).toEqual([{ steps: 5 }]);
});

test("an owner that dies after it has recorded steps of a lost worker does not count them again", async () => {
  const [owner, worker] = await Promise.all([cluster.start(), cluster.start({ provides: ["gpu"] })]);
  await cluster.queue("r", [thrice(400)], { budget: { toolCalls: 3 } });
  await untilBegun(2);
  worker!.kill("SIGKILL");
  await expect.poll(async () => (await recorded()).steps, { timeout: 20_000 }).toEqual(["t=k1"]);
  owner!.kill("SIGKILL");
  await Promise.all([cluster.start(), cluster.start({ provides: ["gpu"] })]);
  expect(await cluster.result("r")).toMatchObject({ status: "completed", usage: { toolCalls: 3 } });
  expect(await recorded()).toEqual(threeSteps);
});

test("a worker refuses what the budget of the run does not leave", async () => {
  await Promise.all([cluster.start(), cluster.start({ provides: ["gpu"] })]);
  await cluster.queue("r", [thrice(0)], { budget: { toolCalls: 2 } });
  expect(await cluster.result("r")).toMatchObject({
    status: "failed",
    error: { code: "ICE_BUDGET_EXCEEDED", path: "a", message: "The budget of 2 toolCalls is used up." },
    usage: { toolCalls: 2 },
  });
  expect(cluster.steps({ phase: "begin" })).toHaveLength(2);
});

test("a placed node in a scope that is tried again is executed again", async () => {
  await Promise.all([cluster.start(), cluster.start({ provides: ["gpu"] })]);
  const failing = { id: "f", type: "tool", toolName: "fail", toolArgs: {}, dependencies: ["a"] };
  await cluster.queue("r", [
    {
      id: "s",
      type: "scope",
      retryPolicy: { maxAttempts: 2, backoffSeconds: 0.01 },
      body: [work("a", {}, { requires: ["gpu"] }), failing],
    },
  ]);
  expect(await cluster.result("r")).toMatchObject({ status: "failed", error: { path: "s.f" } });
  expect(cluster.steps({ phase: "begin" }).map(({ attempt }) => attempt)).toEqual([1, 1]);
});

const remembering = (id: string, scope: "run" | "store", more: JsonObject = {}): JsonObject => ({
  id,
  type: "agent",
  package: "recall",
  input: `from ${id}`,
  memory: { scope, thread: "talk" },
  ...more,
});
const elsewhere = { requires: ["gpu"] };

test("agents of a run remember each other's turns, whichever process executes them", async () => {
  const [worker, { service }] = [await cluster.start({ provides: ["gpu"] }), cluster];
  const asked = { id: "ask", type: "human", promptMessage: "Go on?", approvalType: "approval", dependencies: ["b"] };
  const suspended = await cluster.own("r", [
    remembering("a", "run"),
    remembering("b", "run", { ...elsewhere, dependencies: ["a"] }),
    asked,
    remembering("c", "run", { dependencies: ["ask"] }),
    remembering("d", "run", { ...elsewhere, dependencies: ["c"] }),
  ]);
  expect(suspended.status).toBe("suspended");
  await cluster.tasks.respond("r", "ask", { approved: true });
  const { nodes } = await service.resume("r");
  const outputs = ["a", "b", "c", "d"].map((id) => (nodes[id]!.output as JsonObject)["output"]);
  const [here, there] = [{ pid: process.pid }, { pid: worker.pid }];
  expect(outputs).toEqual([
    { ...here, heard: [] },
    { ...there, heard: ["from a"] },
    { ...here, heard: ["from a", "from b"] },
    { ...there, heard: ["from a", "from b", "from c"] },
  ]);
});

test("an agent on another worker remembers the turns of other runs of its tenant", async () => {
  const worker = await cluster.start({ provides: ["gpu"] });
  const heard = async (runId: string, node: JsonObject): Promise<unknown> => {
    const { nodes } = await cluster.own(runId, [node]);
    return (nodes[String(node["id"])]!.output as JsonObject)["output"];
  };
  expect(await heard("r1", remembering("a", "store", elsewhere))).toEqual({ pid: worker.pid, heard: [] });
  expect(await heard("r2", remembering("b", "store"))).toMatchObject({ heard: ["from a"] });
  expect(await heard("r3", remembering("c", "store", elsewhere))).toMatchObject({ heard: ["from a", "from b"] });
});
