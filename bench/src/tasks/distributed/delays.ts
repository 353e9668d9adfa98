import { setTimeout as delay } from "node:timers/promises";
import { chain, now, startCluster, work, type Cluster } from "./cluster.ts";

export interface DelaysParameters {
  /** Its schema is the first part of the names of others. */
  readonly url: string;
  readonly rounds: number;
  /** Runs per round, whose start is measured. */
  readonly runs: number;
  /** Runs of another tenant that wait. */
  readonly backlog: number;
}

/** Milliseconds, a list for each round. */
export interface DelayFigures {
  /** From the record of a detached run to the start of its node. */
  readonly start: readonly (readonly number[])[];
  /** The same, while runs of another tenant wait. */
  readonly startBeside: readonly (readonly number[])[];
  /** How many runs of the other tenant waited, at the end. */
  readonly leftOfBacklog: number;
  /** From the end of a node that another worker executes to that of the next one. */
  readonly placed: readonly (readonly number[])[];
  /** From the call of `cancel` to the signal at the tool, in a worker. */
  readonly cancel: readonly (readonly number[])[];
}

const [own, other] = ["small", "large"];
/** Nodes of the other tenant; a worker has ten runs at a time. */
const restMs = 100;
/** How many are queued at the same time. */
const atOnce = 16;

export async function measureDelays({ url, rounds, runs, backlog }: DelaysParameters): Promise<DelayFigures> {
  const [alone, beside] = [await startCluster(`${url}_alone`), await startCluster(`${url}_beside`)];
  const waiting = await queueMany(beside, backlog);
  const figures = {
    start: [] as number[][],
    startBeside: [] as number[][],
    placed: [] as number[][],
    cancel: [] as number[][],
  };
  for (let round = 0; round < rounds; round += 1) {
    figures.start.push(await withWorker(alone, () => startDelays(alone, `s${round}`, runs)));
    figures.startBeside.push(await withWorker(beside, () => startDelays(beside, `s${round}`, runs)));
    figures.placed.push(await withWorker(alone, () => placedDelays(alone, `p${round}`)));
    figures.cancel.push(await withWorker(alone, () => cancelDelays(alone, `c${round}`)));
  }
  const leftOfBacklog = waiting - beside.steps.count(({ run }) => run.startsWith("b"));
  await alone.close();
  await beside.close();
  return { ...figures, leftOfBacklog };
}

async function withWorker<T>(cluster: Cluster, measure: () => Promise<T>): Promise<T> {
  const worker = await cluster.start();
  const result = await measure();
  await worker.kill("SIGKILL");
  return result;
}

async function queueMany(cluster: Cluster, count: number): Promise<number> {
  const some = async (first: number): Promise<void> => {
    for (let at = first; at < count; at += atOnce)
      await cluster.queue(`b${at}`, [work("rest", restMs)], { tenant: other });
  };
  await Promise.all(Array.from({ length: atOnce }, (_, first) => some(first)));
  return count;
}

/** Runs arrive at random moments, ten in a second. */
async function startDelays(cluster: Cluster, name: string, runs: number): Promise<number[]> {
  const delays: Promise<number>[] = [];
  await delay(1000);
  for (let at = 0; at < runs; at += 1) {
    await delay(200 * Math.random());
    const runId = `${name}-${at}`;
    const queued = await cluster.queue(runId, [work("only")], { tenant: own });
    delays.push(cluster.steps.first(({ run }) => run === runId).then((step) => step.at - queued));
  }
  return Promise.all(delays);
}

/** The owner of the run is the worker for runs; each of the nodes is executed by another one. */
async function placedDelays(cluster: Cluster, runId: string): Promise<number[]> {
  const length = 25;
  const second = await cluster.start({ provides: ["gpu"] });
  await cluster.queue(runId, chain(length, 0, { requires: ["gpu"] }));
  await cluster.service.wait(runId, { timeoutMs: 60_000 });
  await second.kill("SIGKILL");
  const { nodes } = await cluster.service.show(runId);
  const ends = Array.from({ length }, (_, at) => nodes[`n${at}`]!.endedAt!);
  // The first one also waits for the run to start.
  return ends.slice(1).map((end, at) => end - ends[at]!);
}

async function cancelDelays(cluster: Cluster, name: string): Promise<number[]> {
  const delays: number[] = [];
  for (let at = 0; at < 10; at += 1) {
    const runId = `${name}-${at}`;
    await cluster.queue(runId, [work("long", 60_000)]);
    await cluster.steps.first(({ run }) => run === runId);
    await delay(100 * Math.random());
    const cancelled = now();
    await cluster.service.cancel(runId);
    const abort = await cluster.steps.first(({ run, phase }) => run === runId && phase === "abort");
    delays.push(abort.at - cancelled);
  }
  return delays;
}
