/**
 * A process that is there to be killed: runs or resumes runs on a SQLite store, and reports each step as a JSON line.
 *
 *   node worker.ts '{ "db": …, "effects": …, "runs": ["r"], "blueprint": …, "dieAt"?: { "place": "after", "at": 3 } }'
 */
import { spawnSync } from "node:child_process";
import {
  createRuntime,
  IceError,
  WorkflowExecutionService,
  WorkflowFactory,
  type RegisteredBlueprint,
} from "@ice/core";
import { initializeOrchestrator, openSqliteRunStore } from "@ice/orchestrator";
import { effectTool } from "./effect-tool.ts";
import { iceArguments } from "./ice-command.ts";
import { die, withInterruptions, type Interruption, type Stop } from "./stops.ts";

export interface WorkerTask {
  readonly db: string;
  readonly effects: string;
  readonly runs: readonly string[];
  readonly blueprint: RegisteredBlueprint;
  /** Workflows that the blueprint names. */
  readonly workflows?: readonly RegisteredBlueprint[];
  readonly leaseMs?: number;
  /** Cancels the runs that are there, as `ice runs cancel` does, instead of resuming them. */
  readonly cancels?: boolean | undefined;
  readonly dieAt?: Stop | undefined;
  /** Per run: when it comes to a halt, as if its process had died. The process dies when no run goes on. */
  readonly holdAt?: Readonly<Record<string, Stop>>;
  /** When this process stands still until a command of `ice` has ended, which another one executes. */
  readonly commandAt?: Stop & { readonly argv: readonly string[] };
}

const task = JSON.parse(process.argv[2] ?? "null") as WorkerTask;
const report = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const going = new Set(task.runs);
const held = new Set<string>();
const dieIfNoneGoes = (): void => {
  if (going.size === 0 && held.size > 0) die();
};

function interruptionsOf(runId: string): readonly Interruption[] {
  const { dieAt, holdAt = {}, commandAt } = task;
  const hold = (): boolean => {
    held.add(runId);
    going.delete(runId);
    dieIfNoneGoes();
    return true;
  };
  const command = (): boolean => {
    const { status, stdout } = spawnSync(process.execPath, iceArguments(commandAt!.argv), { encoding: "utf8" });
    report({ command: { status, stdout } });
    return false;
  };
  return [
    ...(commandAt === undefined ? [] : [{ stop: commandAt, act: command }]),
    ...(dieAt === undefined ? [] : [{ stop: dieAt, act: die }]),
    ...(holdAt[runId] === undefined ? [] : [{ stop: holdAt[runId], act: hold }]),
  ];
}

const runtime = createRuntime();
const store = await openSqliteRunStore(task.db, { leaseMs: task.leaseMs });
const { close } = await initializeOrchestrator({
  runtime,
  store: withInterruptions(store, interruptionsOf),
  tools: [effectTool(task.effects, (runId) => held.has(runId))],
  workflows: task.workflows,
});
const service = runtime.use(WorkflowExecutionService);
const workflow = runtime.use(WorkflowFactory).create(task.blueprint);
report({ ready: process.pid });
await Promise.all(
  task.runs.map(async (runId) => {
    try {
      const { status } = await workflow.execute({}, { runId }).catch(async (error: unknown) => {
        if (!IceError.is(error) || error.code !== "ICE_RUN_EXISTS") throw error;
        if (task.cancels !== true) return service.resume(runId);
        await service.cancel(runId, "by request");
        return service.show(runId);
      });
      report({ runId, status });
    } catch (error) {
      report({ runId, error: IceError.is(error) ? error.code : String(error) });
    }
    going.delete(runId);
    dieIfNoneGoes();
  }),
);
await close();
