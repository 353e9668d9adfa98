import { setTimeout as delay } from "node:timers/promises";
import type { JsonObject } from "@ice/core";
import { startCluster, type Cluster, type WorkerProcess } from "./cluster.ts";
import { observe, schemasOf, type Observer } from "./database.ts";

export interface LoadParameters {
  readonly url: string;
  readonly minutes: number;
  readonly workers: number;
  /** Runs that arrive in a second. */
  readonly perSecond: number;
  /** Nodes of a run, of which five are executed side by side. */
  readonly nodes: number;
}

/** What stands in the database, and what its clients hold, at one moment. */
export interface LoadSample {
  /** Since the first run arrived. */
  readonly seconds: number;
  readonly queued: number;
  readonly ended: number;
  readonly bytes: number;
  /** Those of them in the tables of the queues. */
  readonly bytesOfQueues: number;
  /** Undefined where the server does not count. */
  readonly statements: number | undefined;
  readonly connections: number;
  /** Of each worker. */
  readonly rssBytes: readonly number[];
}

export interface LoadFigures {
  readonly samples: readonly LoadSample[];
  /** From the first arrival until the last run had ended. */
  readonly seconds: number;
  readonly runs: number;
  readonly failed: number;
  /** Milliseconds from the record of a run to its end. */
  readonly durations: { readonly p50: number; readonly p99: number };
  /** Connections that workers and this process hold are among them. */
  readonly processes: number;
}

const samples = 30;
/** How long the last runs may take after the last arrival. */
const patienceSeconds = 120;

/** Detached runs arrive at a constant rate, while two or three workers execute them. */
export async function measureLoad({
  url,
  minutes,
  workers: count,
  perSecond,
  nodes,
}: LoadParameters): Promise<LoadFigures> {
  const [cluster, observer] = [await startCluster(url), await observe(url)];
  const workers = await Promise.all(Array.from({ length: count }, () => cluster.start()));
  const load = new Load({ cluster, observer, workers, schemas: schemasOf(url), nodes: nodesOf(nodes) });
  // Code is compiled and the tables have their first pages before anything counts.
  await load.arrive(5, perSecond);
  await load.untilEnded(patienceSeconds);
  load.begin();
  const taken: LoadSample[] = [await load.sample()];
  const [arriving, began] = [load.arrive(minutes * 60, perSecond), performance.now()];
  for (let at = 1; at <= samples; at += 1) {
    const time = began + (at * minutes * 60_000) / samples;
    await Promise.race([arriving, delay(Math.max(0, time - performance.now()))]);
    taken.push(await load.sample());
  }
  await arriving;
  await load.untilEnded(patienceSeconds);
  taken.push(await load.sample());
  const figures = await load.figures(taken, count + 1);
  for (const worker of workers) await worker.kill("SIGTERM");
  await cluster.close();
  await observer.close();
  return figures;
}

interface LoadContext {
  readonly cluster: Cluster;
  readonly observer: Observer;
  readonly workers: readonly WorkerProcess[];
  readonly schemas: readonly [string, string];
  readonly nodes: readonly JsonObject[];
}

const width = 5;
const nodesOf = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `n${at}`,
    type: "tool",
    toolName: "nothing",
    toolArgs: {},
    dependencies: at < width ? [] : [`n${at - width}`],
  }));

class Load {
  readonly #context: LoadContext;
  #queued = 0;
  #first = 0;
  #began = performance.now();

  constructor(context: LoadContext) {
    this.#context = context;
  }

  begin(): void {
    this.#first = this.#queued;
    this.#began = performance.now();
  }

  /** Runs arrive for so many seconds, each at its time whatever became of those before. */
  async arrive(seconds: number, perSecond: number): Promise<void> {
    const [{ cluster, nodes }, began] = [this.#context, performance.now()];
    const arrivals: Promise<unknown>[] = [];
    for (let at = 0; at < seconds * perSecond; at += 1) {
      await delay(Math.max(0, began + (at * 1000) / perSecond - performance.now()));
      arrivals.push(cluster.queue(`r${this.#queued}`, nodes));
      this.#queued += 1;
    }
    await Promise.all(arrivals);
  }

  async untilEnded(seconds: number): Promise<void> {
    const [{ observer, schemas }, began] = [this.#context, performance.now()];
    for (;;) {
      const [row] = await observer.query<{ left: string }>(
        `SELECT count(*) AS left FROM ${schemas[0]}.runs WHERE ended_at IS NULL`,
      );
      if (row!.left === "0") return;
      if (performance.now() - began > seconds * 1000) throw new Error(`${row!.left} runs have not ended`);
      await delay(100);
    }
  }

  async sample(): Promise<LoadSample> {
    const { observer, schemas, workers } = this.#context;
    const statements = await observer.statements();
    const [row] = await observer.query<{ ended: string }>(
      `SELECT count(*) AS ended FROM ${schemas[0]}.runs WHERE ended_at IS NOT NULL`,
    );
    return {
      seconds: (performance.now() - this.#began) / 1000,
      queued: this.#queued - this.#first,
      ended: Number(row!.ended) - this.#first,
      bytes: await observer.bytesOf(...schemas),
      bytesOfQueues: await observer.bytesOf(schemas[1]),
      statements,
      connections: await observer.connections(),
      rssBytes: await Promise.all(workers.map((worker) => worker.rssBytes())),
    };
  }

  async figures(taken: readonly LoadSample[], processes: number): Promise<LoadFigures> {
    const { observer, schemas } = this.#context;
    const [row] = await observer.query<{ runs: number; failed: number; p50: number; p99: number; seconds: number }>(
      `SELECT count(*)::integer AS runs, (count(*) FILTER (WHERE status <> 'completed'))::integer AS failed,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY ended_at - started_at) AS p50,
          percentile_cont(0.99) WITHIN GROUP (ORDER BY ended_at - started_at) AS p99,
          (max(ended_at) - min(started_at)) / 1000 AS seconds
        FROM (SELECT * FROM ${schemas[0]}.runs ORDER BY id OFFSET ${this.#first}) AS counted`,
    );
    const { runs, failed, p50, p99, seconds } = row!; // a count has one row
    return { samples: taken, seconds, runs, failed, durations: { p50, p99 }, processes };
  }
}
