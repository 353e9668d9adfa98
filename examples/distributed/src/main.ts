/**
 * Three workers share a Postgres. A run is left to them, and the worker that executes it is killed: another one continues the run, and
 * no node whose outcome was recorded runs again.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
// @boundaries-ignore the tests of the package start the same Postgres
import { startPostgres } from "../../../packages/engine-dbos/test/start-postgres.ts";

const [main, config, blueprint] = ["../../../packages/cli/src/main.ts", "./ice.config.ts", "../parcels.yaml"].map(
  (path) => fileURLToPath(new URL(path, import.meta.url)),
) as [string, string, string];
const folder = mkdtempSync(join(tmpdir(), "ice-distributed-"));
const log = join(folder, "ship.jsonl");
writeFileSync(log, "");

interface Shipped {
  readonly phase: "begin" | "end";
  readonly pid: number;
  readonly path: string;
  readonly attempt: number;
}
const shipped = (phase: Shipped["phase"]): readonly Shipped[] =>
  readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Shipped)
    .filter((line) => line.phase === phase);

interface Result {
  readonly status: string;
  readonly nodes: Readonly<Record<string, { readonly status: string; readonly endedAt: number }>>;
}

const postgres = await startPostgres();
const env = { ...process.env, ICE_STORE: `${postgres.url}?schema=example`, SHIP_LOG: log };
const ice = (...words: string[]): [string, string[]] => [
  process.execPath,
  ["--conditions=@ice/source", main, ...words, "--config", config, "--json"],
];

/** Starts a worker. Resolves once it takes runs. */
async function startWorker(): Promise<void> {
  const worker = spawn(...ice("worker", "--lease", "3", "--quiet"), {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  workers.push(worker);
  await Promise.race([
    once(worker.stdout, "data"),
    once(worker, "exit").then(() => Promise.reject(new Error("no worker"))),
  ]);
}

const workers: ChildProcess[] = [];
try {
  await Promise.all([startWorker(), startWorker(), startWorker()]);
  console.log("three workers are ready");
  await promisify(execFile)(...ice("run", blueprint, "--detach", "--run-id", "order-1"), { cwd: folder, env });

  while (shipped("end").length < 8) await delay(20);
  const owner = workers.find(({ pid }) => pid === shipped("end").at(-1)!.pid)!;
  owner.kill("SIGKILL");
  await once(owner, "exit");
  const killedAt = Date.now();
  console.log(`after ${shipped("end").length} parcels, the worker that shipped them was killed`);

  const { stdout } = await promisify(execFile)(...ice("runs", "wait", "order-1"), { cwd: folder, env });
  const { status, nodes } = JSON.parse(stdout) as Result;
  const ended = Object.values(nodes).filter((node) => node.status === "completed");
  const recorded = Object.entries(nodes).filter(([, { endedAt }]) => endedAt < killedAt);
  const times = (path: string): number => shipped("begin").filter((line) => line.path === path).length;
  const repeated = Object.keys(nodes).filter((path) => times(path) > 1);
  console.log(`${status}: ${ended.length} of ${Object.keys(nodes).length} nodes ended`);
  console.log(`${recorded.length} were recorded before, and none of them ran again`);
  console.log(`${repeated.length} were in flight, and had a second attempt`);
  if (status !== "completed" || ended.length !== Object.keys(nodes).length) throw new Error("not every node has ended");
  if (recorded.length < 4 || recorded.some(([path]) => times(path) > 1)) throw new Error("a recorded node ran again");
  if (repeated.length > 4) throw new Error("more nodes ran again than were in flight");
} finally {
  const living = workers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(living.map((worker) => (worker.kill("SIGTERM"), once(worker, "exit"))));
  await postgres.close();
  rmSync(folder, { recursive: true });
}
