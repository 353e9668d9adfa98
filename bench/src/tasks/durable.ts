import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  createRuntime,
  defineNode,
  HumanTaskService,
  registerNode,
  WorkflowExecutionService,
  type NodeInput,
  type Runtime,
} from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { z } from "zod";

export interface DurableParameters {
  readonly wide: number;
  readonly chain: number;
  readonly rounds: number;
  readonly suspended: number;
  readonly finished: number;
}

export interface DurableFigures {
  /** Per round, microseconds per node. */
  readonly wide: readonly { readonly sqlite: number; readonly memory: number }[];
  /** Per round, microseconds per node, and per row that the driver alone appends with a commit each. */
  readonly chain: readonly { readonly sqlite: number; readonly raw: number }[];
  readonly bytesPerNode: number;
  /** Per round, milliseconds from the call of `resume` to the start of the first node that has not run. */
  readonly resume: readonly number[];
  /** Per round, milliseconds to list 100 of all runs. */
  readonly list: readonly number[];
}

const noop = defineNode({ type: "noop", config: z.object({}), sideEffects: "none" });
const node = (id: string, dependencies: readonly string[] = []): NodeInput =>
  ({ id, type: "noop", dependencies }) as unknown as NodeInput;
const chainOf = (size: number): NodeInput[] =>
  Array.from({ length: size }, (_, at) => node(`n${at}`, at === 0 ? [] : [`n${at - 1}`]));
const fanOf = (size: number): NodeInput[] => Array.from({ length: size }, (_, at) => node(`n${at}`));

/** The cost of durable runs, on the disk for temporary files. */
export async function measureDurable({
  wide,
  chain,
  rounds,
  suspended,
  finished,
}: DurableParameters): Promise<DurableFigures> {
  const folder = mkdtempSync(join(tmpdir(), "ice-bench-"));
  const start = async (store: string): Promise<{ readonly runtime: Runtime; close(): Promise<void> }> => {
    const runtime = createRuntime();
    registerNode(noop, async () => ({}), { runtime });
    return initializeOrchestrator({ runtime, store, limits: { maxNodes: 1_000_000 } });
  };
  try {
    const memory = await start("memory:");
    const file = join(folder, "ice.db");
    const sqlite = await start(`sqlite:${file}`);
    const perNode = async (nodes: NodeInput[], runtime: Runtime): Promise<number> => {
      const workflow = new Workflow(nodes, { name: "bench", runtime, settings: { maxConcurrency: 50 } });
      workflow.validate();
      const started = performance.now();
      const { status } = await workflow.execute();
      if (status !== "completed") throw new Error(`the run is ${status}`);
      return ((performance.now() - started) * 1000) / nodes.length;
    };
    const figures = {
      wide: [] as { sqlite: number; memory: number }[],
      chain: [] as { sqlite: number; raw: number }[],
    };
    for (let round = -1; round < rounds; round += 1) {
      const pair = {
        sqlite: await perNode(fanOf(wide), sqlite.runtime),
        memory: await perNode(fanOf(wide), memory.runtime),
      };
      const links = { sqlite: await perNode(chainOf(chain), sqlite.runtime), raw: rawAppend(folder, chain) };
      if (round >= 0) {
        figures.wide.push(pair);
        figures.chain.push(links);
      }
    }
    await sqlite.close();
    await memory.close();
    return {
      ...figures,
      bytesPerNode: await bytesPerNode(join(folder, "size.db"), wide, start),
      resume: await resumeTimes(join(folder, "resume.db"), { nodes: wide, rounds }, start),
      list: await listTimes(join(folder, "list.db"), { suspended, finished, rounds }, start),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Start = (store: string) => Promise<{ readonly runtime: Runtime; close(): Promise<void> }>;

/** The driver alone: a row of the same size per commit, with the same settings. */
function rawAppend(folder: string, rows: number): number {
  const database = new DatabaseSync(join(folder, `raw${performance.now()}.db`));
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)",
  );
  const insert = database.prepare("INSERT INTO t (body) VALUES (?)");
  const body = "x".repeat(200);
  const started = performance.now();
  for (let row = 0; row < rows; row += 1) insert.run(body);
  const spent = performance.now() - started;
  database.close();
  return (spent * 1000) / rows;
}

async function bytesPerNode(file: string, nodes: number, start: Start): Promise<number> {
  const { runtime, close } = await start(`sqlite:${file}`);
  await new Workflow(fanOf(nodes), { name: "size", runtime }).execute();
  await close();
  return statSync(file).size / nodes;
}

async function resumeTimes(
  file: string,
  { nodes, rounds }: { nodes: number; rounds: number },
  start: Start,
): Promise<number[]> {
  const times: number[] = [];
  const ask = { id: "ask", type: "human", promptMessage: "?", approvalType: "approval" } as const;
  for (let round = 0; round < rounds; round += 1) {
    const runId = `r${round}`;
    const first = await start(`sqlite:${file}`);
    const list = [...fanOf(nodes), ask, node("next", ["ask"])];
    await new Workflow(list, { name: "resume", runtime: first.runtime }).execute({}, { runId });
    await first.runtime.use(HumanTaskService).respond(runId, "ask", { approved: true });
    await first.close();
    const second = await start(`sqlite:${file}`);
    const started = performance.now();
    await second.runtime.use(WorkflowExecutionService).resume(runId, {
      onEvent: ({ type, path }) => {
        if (type === "node.started" && path === "next") times.push(performance.now() - started);
      },
    });
    await second.close();
  }
  return times;
}

async function listTimes(
  file: string,
  { suspended, finished, rounds }: { suspended: number; finished: number; rounds: number },
  start: Start,
): Promise<number[]> {
  const { runtime, close } = await start(`sqlite:${file}`);
  const done = new Workflow([node("a")], { name: "done", runtime });
  const waits = new Workflow([{ id: "ask", type: "human", promptMessage: "?", approvalType: "approval" }], {
    name: "waits",
    runtime,
  });
  for (let at = 0; at < finished; at += 100) await Promise.all(Array.from({ length: 100 }, () => done.execute()));
  for (let at = 0; at < suspended; at += 100) await Promise.all(Array.from({ length: 100 }, () => waits.execute()));
  const runs = runtime.use(WorkflowExecutionService);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    const [newest, waiting] = [await runs.list(), await runs.list({ status: "suspended", limit: suspended })];
    times.push(performance.now() - started);
    if (newest.length !== 100 || waiting.length !== suspended) throw new Error("a list is not complete");
  }
  await close();
  return times;
}
