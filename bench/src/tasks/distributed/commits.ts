import { createRuntime, defineNode, registerNode, type NodeInput, type Runtime } from "@ice/core";
import { openPostgresRunStore } from "@ice/engine-dbos";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { Client } from "pg";
import { z } from "zod";
import { databaseOf, observe, schemasOf, type Observer } from "./database.ts";
import { startDbos } from "./dbos.ts";

export interface CommitsParameters {
  /** With a schema that does not exist yet. */
  readonly url: string;
  readonly rounds: number;
  /** Share of the usual sizes. */
  readonly scale: number;
}

/** A way to record the outcomes of nodes. */
export interface CommitFigures {
  readonly name: string;
  readonly rounds: readonly CommitRound[];
}

export interface CommitRound {
  readonly nodes: number;
  readonly ms: number;
  /** Undefined where the server does not count. */
  readonly statements: number | undefined;
  /** By which the tables and their indexes have grown. Space is taken in steps, so the sum of many rounds counts. */
  readonly bytes: number;
}

interface Contender {
  readonly name: string;
  readonly nodes: number;
  readonly schemas: readonly string[];
  /** What is measured. Plans are compiled before. */
  prepare(): () => Promise<unknown>;
}

/** How fast outcomes of nodes become durable: by rows alone, by steps and workflows of DBOS, and by ice. The contenders take turns. */
export async function measureCommits({ url, rounds, scale }: CommitsParameters): Promise<readonly CommitFigures[]> {
  const observer = await observe(url);
  const [schema] = schemasOf(url);
  await observer.query(`CREATE SCHEMA ${schema}_raw`);
  const raw = await rawInserts(url, `${schema}_raw`);
  const dbos = await startDbos(databaseOf(url), `${schema}_bare`);
  const ice = await startIce(url);
  const size = (nodes: number): number => Math.max(50, Math.round((nodes * scale) / 50) * 50);
  const contenders: readonly Contender[] = [
    {
      name: "raw insert, 1 connection",
      nodes: size(400),
      schemas: [`${schema}_raw`],
      prepare: () => () => raw.insert(size(400)),
    },
    { name: "DBOS step", nodes: size(300), schemas: [`${schema}_bare`], prepare: () => () => dbos.steps(size(300)) },
    {
      name: "DBOS child workflow, in turn",
      nodes: size(100),
      schemas: [`${schema}_bare`],
      prepare: () => () => dbos.children(size(100), 1),
    },
    {
      name: "DBOS child workflow, 50 at once",
      nodes: size(200),
      schemas: [`${schema}_bare`],
      prepare: () => () => dbos.children(size(200), 50),
    },
    { name: "ice, a chain", nodes: size(400), schemas: [schema], prepare: () => ice.chains(1, size(400)) },
    {
      name: "ice, 20 chains at once",
      nodes: 20 * size(100),
      schemas: [schema],
      prepare: () => ice.chains(20, size(100)),
    },
    { name: "ice, width 16", nodes: size(3000), schemas: [schema], prepare: () => ice.columns(size(3000), 16) },
    { name: "ice, width 50", nodes: size(6000), schemas: [schema], prepare: () => ice.columns(size(6000), 50) },
  ];
  const figures = contenders.map(({ name }) => ({ name, rounds: [] as CommitRound[] }));
  // The first round warms up.
  for (let round = -1; round < rounds; round += 1)
    for (const [at, contender] of contenders.entries()) {
      const measured = await measureRound(observer, contender);
      if (round >= 0) figures[at]!.rounds.push(measured);
    }
  await Promise.all([raw.close(), dbos.close(), ice.close()]);
  await observer.close();
  return figures;
}

async function measureRound(observer: Observer, { nodes, schemas, prepare }: Contender): Promise<CommitRound> {
  const run = prepare();
  const [bytes, statements] = [await observer.bytesOf(...schemas), await observer.statements()];
  const began = performance.now();
  await run();
  const ms = performance.now() - began;
  const after = await observer.statements();
  return {
    nodes,
    ms,
    // The one that counted them is not among them.
    statements: statements === undefined ? undefined : after! - statements - 1,
    bytes: (await observer.bytesOf(...schemas)) - bytes,
  };
}

/** The limit of a chain: a row of the size of a record, in a table with the same key, and a commit for each. */
async function rawInserts(url: string, schema: string) {
  const client = new Client({ connectionString: databaseOf(url), options: `-c search_path=${schema}` });
  await client.connect();
  await client.query(`CREATE TABLE records (
    run bigint, seq integer, version smallint, body text, checksum bigint, PRIMARY KEY (run, seq)
  )`);
  const [text, body] = ["INSERT INTO records VALUES ($1, $2, 1, $3, 123456789012)", "x".repeat(200)];
  let run = 0;
  return {
    async insert(rows: number): Promise<void> {
      run += 1;
      for (let seq = 0; seq < rows; seq += 1) await client.query({ name: "insert", text, values: [run, seq, body] });
    },
    close: () => client.end(),
  };
}

const noop = defineNode({ type: "noop", config: z.object({}), sideEffects: "none" });
const node = (id: string, dependencies: readonly string[] = []): NodeInput =>
  ({ id, type: "noop", dependencies }) as unknown as NodeInput;
const chainOf = (size: number): NodeInput[] =>
  Array.from({ length: size }, (_, at) => node(`n${at}`, at === 0 ? [] : [`n${at - 1}`]));
/** Chains side by side, in one run. */
const columnsOf = (size: number, width: number): NodeInput[] =>
  Array.from({ length: size }, (_, at) => node(`n${at}`, at < width ? [] : [`n${at - width}`]));

async function startIce(url: string) {
  const runtime: Runtime = createRuntime();
  registerNode(noop, async () => ({}), { runtime });
  const store = await openPostgresRunStore(url);
  const { close } = await initializeOrchestrator({ runtime, store, limits: { maxNodes: 1_000_000 } });
  const prepare = (nodes: NodeInput[], maxConcurrency: number): (() => Promise<void>) => {
    const workflow = new Workflow(nodes, { name: "bench", runtime, settings: { maxConcurrency } });
    workflow.validate();
    return async () => {
      const { status } = await workflow.execute();
      if (status !== "completed") throw new Error(`the run is ${status}`);
    };
  };
  return {
    chains(count: number, length: number): () => Promise<unknown> {
      const chains = Array.from({ length: count }, () => prepare(chainOf(length), 1));
      return () => Promise.all(chains.map((execute) => execute()));
    },
    columns: (size: number, width: number) => prepare(columnsOf(size, width), width),
    close,
  };
}
