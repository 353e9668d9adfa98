import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listQueues, listWorkers, setQueue } from "../src/index.ts";
import { newAddress } from "./store-fixture.ts";
import { after, chain, leaseMs, startCluster, work, type Cluster, type WorkerProcess } from "./workers.ts";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster(newAddress().url);
});
afterEach(() => cluster.close());

/** Until tools have done so much. */
const until = (selection: Parameters<Cluster["steps"]>[0], count = 1): Promise<void> =>
  expect.poll(() => cluster.steps(selection).length, { timeout: 20_000, interval: 20 }).toBeGreaterThanOrEqual(count);

test("each tenant that waits gets its part of the free slots, however many runs another one has queued", async () => {
  for (let at = 0; at < 10; at += 1)
    await cluster.queue(`large${at}`, [work("a", { ms: 1000 })], {}, { tenant: "large" });
  const small = ["a", "b", "c", "d"];
  for (const tenant of small) await cluster.queue(tenant, [work("a", { ms: 1000 })], {}, { tenant });
  await cluster.start({ slots: 5 });
  await until({ phase: "begin" }, 5);
  const first = cluster.steps({ phase: "begin" }).slice(0, 5);
  expect(first.map(({ run }) => run).toSorted()).toEqual([...small, expect.stringMatching(/^large/)]);
});

test("a dead owner is replaced within its lease and two seconds; what was recorded does not run again", async () => {
  const workers = await Promise.all([cluster.start(), cluster.start()]);
  await cluster.queue("r", chain(6, 300));
  await until({ phase: "end" }, 2);
  const owner = workers.find(({ pid }) => pid === cluster.steps()[0]!.pid)!;
  owner.kill("SIGKILL");
  const killed = Date.now();
  await owner.ended;
  expect(await cluster.result("r")).toMatchObject({ status: "completed" });
  const steps = cluster.steps({ phase: "begin" });
  const [again] = steps.filter(({ pid }) => pid !== owner.pid);
  expect(again!.at - killed).toBeLessThan(leaseMs + 2000 + 500);
  expect(new Set(steps.map(({ path }) => path)).size).toBe(6);
  expect(steps.length).toBeLessThanOrEqual(7);
  expect(await cluster.query("SELECT takeovers, epoch FROM runs")).toEqual([{ takeovers: 1, epoch: 2 }]);
});

test("an owner that stands still past its lease records nothing any more, and goes on as a worker", async () => {
  const workers = await Promise.all([cluster.start(), cluster.start()]);
  await cluster.queue("r", chain(4, 300));
  await until({ phase: "end" });
  const owner = workers.find(({ pid }) => pid === cluster.steps()[0]!.pid)!;
  owner.kill("SIGSTOP");
  expect(await cluster.result("r")).toMatchObject({ status: "completed" });
  owner.kill("SIGCONT");
  await delay(1000);
  expect(cluster.steps({ path: "n3", phase: "begin" })).toHaveLength(1);
  await expect.poll(async () => (await listWorkers(cluster.store)).length, { timeout: 5000 }).toBe(2);
  await expect.poll(() => listQueues(cluster.store)).toMatchObject([{ queued: 0, running: 0 }]);
});

test("a worker that drains lets nodes end and hands its runs on; one that does not end is left behind", async () => {
  const first = await cluster.start({ drainMs: 600 });
  await cluster.queue("r", chain(4, 400));
  await cluster.queue("deaf", [work("d", { ms: 20_000, deaf: true })]);
  await until({ phase: "begin", run: "r" });
  await until({ run: "deaf" });
  const second = await cluster.start();
  first.kill("SIGTERM");
  const asked = Date.now();
  expect(await first.ended).toBe(0);
  expect(Date.now() - asked).toBeLessThan(5000);
  expect(await cluster.result("r")).toMatchObject({ status: "completed" });
  const begun = cluster.steps({ run: "r", phase: "begin" });
  expect(begun.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
  await until({ run: "deaf", phase: "begin", pid: second.pid });
});

const onGpu = { requires: ["gpu"] };

test("its owner hears where a node waits and who takes it, and the run says so", async () => {
  const reported: unknown[] = [];
  const running = cluster.own("r", [work("a", { ms: 1500 }, onGpu)], {}, ({ type, attempt, data }) => {
    if (type === "node.placed" || type === "node.claimed") reported.push([type, attempt, data]);
  });
  const explained = async () => (await cluster.service.explain("r").catch(() => []))[0];
  const waits = { status: "waiting", reason: 'waits in the queue "gpu" for a worker that provides gpu' };
  await expect.poll(explained, { timeout: 5000 }).toEqual({ path: "a", ...waits });
  const { id } = await cluster.start({ provides: ["gpu"] });
  const executes = { status: "running", reason: `is executed by the worker ${id}` };
  await expect.poll(explained, { timeout: 5000 }).toEqual({ path: "a", ...executes });
  expect(await running).toMatchObject({ status: "completed" });
  expect(reported).toEqual([
    ["node.placed", 1, { queue: "gpu" }],
    ["node.claimed", 1, { worker: id }],
  ]);
});

test("a placed node is attempted again when its worker dies, or leaves before its end", async () => {
  const [owner, ...others] = await Promise.all([
    cluster.start(),
    ...[1, 2, 3].map(() => cluster.start({ provides: ["gpu"], drainMs: 200 })),
  ]);
  const executor = async (attempt: number): Promise<WorkerProcess> => {
    await until({ path: "a", attempt });
    return others.find(({ pid }) => pid === cluster.steps({ path: "a", attempt })[0]!.pid)!;
  };
  await cluster.queue("r", [work("a", { ms: 3000 }, onGpu), work("b", {}, after("a"))]);
  (await executor(1)).kill("SIGKILL");
  const second = await executor(2);
  second.kill("SIGTERM");
  expect(await second.ended).toBe(0);
  const third = await executor(3);
  expect(await cluster.result("r")).toMatchObject({
    status: "completed",
    output: { b: { pid: owner!.pid } },
    nodes: { a: { attempts: 3, output: { pid: third.pid } } },
  });
});

test("a placed node outlives the owner of its run", async () => {
  const [owner] = await Promise.all([cluster.start(), cluster.start({ provides: ["gpu"] })]);
  await cluster.queue("r", [work("a", { ms: 3000 }, onGpu)]);
  await until({ path: "a" });
  owner!.kill("SIGKILL");
  await cluster.start();
  expect(await cluster.result("r")).toMatchObject({ status: "completed", output: { a: { attempt: 1 } } });
  expect(cluster.steps({ phase: "begin" })).toHaveLength(1);
});

test("a worker that has just started is notified at once that its run is cancelled", async () => {
  await cluster.start({ beatMs: 30_000, leaseMs: 60_000 });
  await cluster.queue("r", [work("a", { ms: 30_000 })]);
  await until({ phase: "begin" });
  await cluster.service.cancel("r");
  expect(await cluster.result("r", 5000)).toMatchObject({ status: "cancelled" });
});

test("a cancelled run stops its placed node in time, and one that has not begun never begins", async () => {
  await Promise.all([cluster.start(), cluster.start({ provides: ["gpu"], jobs: 1 })]);
  await cluster.queue("r", [work("a", { ms: 20_000 }, onGpu), work("b", { ms: 20_000 }, onGpu)]);
  await until({ phase: "begin" });
  await delay(500);
  const asked = Date.now();
  await cluster.service.cancel("r", "by request");
  await until({ phase: "abort" });
  expect(cluster.steps({ phase: "abort" })[0]!.at - asked).toBeLessThan(1000);
  expect(await cluster.result("r")).toMatchObject({ status: "cancelled" });
  await expect.poll(() => listQueues(cluster.store)).toMatchObject([{ name: "runs", queued: 0, running: 0 }]);
  expect(cluster.steps({ phase: "begin" })).toHaveLength(1);
});

test("a worker executes no more jobs at a time than it was permitted, from whichever queues they come", async () => {
  await setQueue(cluster.store, "b", { perTenant: 5 });
  await Promise.all([cluster.start(), cluster.start({ provides: ["a", "b"], jobs: 2 })]);
  const nodes = ["a", "b", "a", "b", "a", "b"].map((name, at) =>
    work(`${name}${at}`, { ms: 300 }, { requires: [name] }),
  );
  await cluster.queue("r", nodes);
  expect(await cluster.result("r")).toMatchObject({ status: "completed" });
  let [now, most] = [0, 0];
  for (const { phase } of cluster.steps()) most = Math.max(most, (now += phase === "begin" ? 1 : -1));
  expect(most).toBe(2);
});

test("a run that five owners in a row have died of fails", async () => {
  await cluster.queue("r", [work("a")]);
  await cluster.queue("t", [work("a")]);
  await cluster.query("UPDATE runs SET takeovers = CASE run_id WHEN 'r' THEN 5 ELSE 4 END");
  await cluster.start();
  expect(await cluster.result("r")).toMatchObject({ status: "failed", error: { code: "ICE_WORKER_LOST" } });
  expect(await cluster.result("t")).toMatchObject({ status: "completed" });
});
