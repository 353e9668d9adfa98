// oxlint-disable-next-line typescript/triple-slash-reference -- importers of this source file need these types
/// <reference path="./webassembly.d.ts" />
import { readdir, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import {
  IceError,
  type CodeSandbox,
  type EgressClient,
  type FileAccess,
  type Json,
  type JsonObject,
  type SandboxGrants,
  type SandboxLimits,
  type SandboxRequest,
  type SandboxResult,
} from "@ice/core";
import { defaultCacheFolder, PreparedCache } from "./cache/prepared-cache.ts";
import { ComponentRunner } from "./component/component-runner.ts";
import { answerCalls } from "./host/answer-calls.ts";
import type { HttpTimes } from "./host/granted-http.ts";
import { SandboxOwner } from "./host/sandbox-owner.ts";
import { WaitClock } from "./host/wait-clock.ts";
import type { Execution } from "./lane/execution.ts";
import { effectiveLimits, ownerLimitsOf } from "./pool/limits.ts";
import type { CoreModules, WorkerBasics, WorkerSetup } from "./pool/messages.ts";
import type { PoolOutcome } from "./pool/pool-outcome.ts";
import type { AnswerCall, WorkerParts } from "./pool/pool-worker.ts";
import { WorkerPool } from "./pool/worker-pool.ts";
import { loadPython, pythonWorkers } from "./python/load-python.ts";
import { checkSandboxOptions } from "./sandbox-options.ts";
import { refused, toResult } from "./sandbox-result.ts";

/** Options of `createCodeSandbox`: limits and permissions. */
export interface CodeSandboxOptions {
  /** Maximum limits of an execution. Default: 5e8 fuel, 64 MiB, 10 s, 64 KiB of log, 1 MiB of output, 100 host calls. */
  readonly limits?: Partial<SandboxLimits> | undefined;
  /** The files that blueprints may grant to code: `createFileAccess()` of `@ice/host`. Default none. */
  readonly files?: FileAccess | undefined;
  /** The hosts that blueprints may grant to code. Default none. */
  readonly allow?:
    | {
        /** `host` and `*.host` (public addresses, ports 80 and 443), `host:port` (exactly that, also a private one). */
        readonly http?: readonly string[] | undefined;
      }
    | undefined;
  /**
   * Files of WebAssembly components, or of modules for WASI preview 1, that blueprints may run, by this path or their sha256.
   * Default none.
   */
  readonly components?: readonly string[] | undefined;
  /**
   * Folder for prepared components and the Python interpreter, with at most 64 entries and 256 MiB; only this user may write to
   * it. False: no cache. Default: `ice-sandbox` in the cache folder of the user, if it can be used.
   */
  readonly cache?: string | false | undefined;
  /**
   * Number of worker threads for JavaScript and TypeScript, and of those for Python; up to twice as many while several runs
   * execute code, so that none waits for another. Default: one per core.
   */
  readonly workers?: number | undefined;
  /** Maximum number of concurrent executions of one worker, most of which wait for the host. Default 64. */
  readonly lanes?: number | undefined;
  /** Maximum number of executions of one run that wait for a worker. Default 10,000; ten times as many of all runs. */
  readonly queue?: number | undefined;
  /** Time limits of HTTP requests. Default: 10 s without a byte, 30 s for a request, 60 s for an execution. */
  readonly http?: HttpTimes | undefined;
  /** Sends the requests of code; its list of hosts must be the same. Default: a separate client. */
  readonly egress?: EgressClient | undefined;
  /** Calls a tool if the request has no `callTool`. */
  readonly callTool?: ((name: string, args: JsonObject, signal?: AbortSignal) => Promise<Json>) | undefined;
  /** A monotonic clock in milliseconds, for telemetry. Default `performance.now`. */
  readonly stopwatch?: (() => number) | undefined;
}

/** A sandbox that can be closed. */
export interface ClosableCodeSandbox extends CodeSandbox {
  /** Ends the worker threads and cancels running executions. Further calls have no effect. */
  close(): Promise<void>;
}

/**
 * Creates a sandbox for untrusted JavaScript, TypeScript and Python in WebAssembly. The first execution starts the first thread.
 *
 * @throws IceError `ICE_USAGE` for an option that is unknown or out of bounds.
 */
export function createCodeSandbox(options: CodeSandboxOptions = {}): ClosableCodeSandbox {
  checkSandboxOptions(options);
  const { limits = {}, components = [], cache, lanes = 64, stopwatch = () => performance.now() } = options;
  const { workers = availableParallelism(), queue = 10_000 } = options;
  const ownerLimits = ownerLimitsOf(limits);
  const place = cacheFolder(cache);
  const prepared = place && new PreparedCache(place.folder, place);
  const closing = new AbortController();
  // The workers compare with their own clock, so this one must be the machine's.
  const shared = { workers, queue, now: Date.now };
  const pool = new WorkerPool({ ...shared, parts: javascriptWorkers(lanes), load: compileEngine });
  const python = new WorkerPool({
    ...shared,
    parts: pythonWorkers(lanes),
    load: () => loadPython({ cache: place, signal: closing.signal }),
  });
  const componentRunner = new ComponentRunner(components, shimEntry(), prepared);
  const owner = new SandboxOwner({ ...options, stopwatch });

  async function run(request: SandboxRequest): Promise<SandboxResult> {
    const started = stopwatch();
    const waits = new WaitClock(stopwatch);
    let outcome: PoolOutcome;
    try {
      const execution = toExecution(request, ownerLimits);
      if (request.language === "component") {
        checkComponentGrants(request.grants);
        const { component = "", runId: run = "", signal } = request;
        outcome = await componentRunner.run(component, { run, execution, signal });
        return toResult(outcome, { wallMs: stopwatch() - started, hostWaitMs: 0 });
      }
      const answer = answerCalls(await owner.capabilitiesOf(request));
      const onCall: AnswerCall = (call) => waits.during(answer(call));
      outcome = await (request.language === "python" ? python : pool).run({
        run: request.runId ?? "",
        execution,
        signal: request.signal,
        onCall,
      });
    } catch (error) {
      if (!IceError.is(error) || error.code !== "ICE_SANDBOX_DENIED") throw error;
      return refused(error.message, error.fix);
    }
    return toResult(outcome, { wallMs: stopwatch() - started, hostWaitMs: waits.totalMs });
  }

  return {
    run,
    async close() {
      closing.abort();
      componentRunner.close();
      await Promise.all([pool.close(), python.close(), owner.close()]);
    },
  };
}

function toExecution(request: SandboxRequest, owner: SandboxLimits): Execution {
  const { language, source = request.component, input = null, limits, grants = {} } = request;
  if (source === undefined)
    throw new IceError("ICE_SANDBOX_DENIED", `The language "${language}" needs a source.`, { fix: "pass `source`" });
  return {
    // A component has no source; its process looks at the rest.
    language: language === "component" ? "javascript" : language,
    source: source.toWellFormed(),
    input: JSON.stringify(input),
    env: grants.env ?? {},
    seed: grants.seed ?? 0,
    clock: grants.clock ?? 0,
    limits: effectiveLimits(owner, limits),
  };
}

/** Where what was prepared is kept, and whether that folder was asked for. */
function cacheFolder(
  cache: string | false | undefined,
): { readonly folder: string; readonly required: boolean } | undefined {
  if (cache === false) return undefined;
  if (cache !== undefined) return { folder: resolve(cache), required: true };
  const folder = defaultCacheFolder(process.env, process.platform);
  return folder === undefined ? undefined : { folder, required: false };
}

const shimEntry = (): string => import.meta.resolve("@bytecodealliance/preview2-shim");

function checkComponentGrants({ tools = [], files, http, seed }: SandboxGrants = {}): void {
  if (tools.length === 0 && files === undefined && http === undefined && seed === undefined) return;
  throw new IceError("ICE_SANDBOX_DENIED", "A component can be granted only `env` and `clock`.", {
    fix: "pass what it needs as `input`",
  });
}

const prebuilt = new URL("../prebuilt/", import.meta.url);
const workerEntry = new URL(
  import.meta.url.endsWith(".ts") ? "./pool/worker/main.ts" : "./pool/worker/main.js",
  import.meta.url,
);

function javascriptWorkers(lanes: number): WorkerParts {
  const setup: Omit<WorkerSetup, keyof WorkerBasics> = { prebuilt: prebuilt.href, shim: shimEntry() };
  return { entry: workerEntry, lanes, setup };
}

/** Reads and compiles what was built ahead of time. */
async function compileEngine(): Promise<CoreModules> {
  const names = (await readdir(prebuilt)).filter((name) => name.endsWith(".wasm"));
  const compiled = names.map(
    async (name) => [name, await WebAssembly.compile(await readFile(new URL(name, prebuilt)))] as const,
  );
  return new Map(await Promise.all(compiled));
}
