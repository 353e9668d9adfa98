import type { RunDocument, RunsClient, RunStreamEvent, ShownRun } from "@ice/client";
import {
  IceError,
  type NetworkResult,
  type NodeRecord,
  type RunEvent,
  type RunOptions,
  type RunResult,
} from "@ice/core";
import { maxTimerMs, waitTimeout } from "@ice/core/internal";

/** How a command follows a run. */
type FollowOptions = Pick<RunOptions, "onEvent" | "wait" | "staySeconds" | "interrupt" | "signal">;

/** How long a command stays for a time that a run waits for, unless it says so. */
const defaultStaySeconds = 60;

/** Nodes of one page. */
const pageSize = 200;

/** Runs of a server as a command follows them: until they end or are suspended, as an engine in this process does. */
export class FollowedRuns {
  readonly #runs: RunsClient;
  /** Runs that this command has answered, so that the server may have continued them already. */
  readonly #answered = new Set<string>();

  constructor(runs: RunsClient) {
    this.#runs = runs;
  }

  /** Notes that the server continues a run by itself. */
  answered(runId: string): void {
    this.#answered.add(runId);
  }

  /** The document of a run, with all of its nodes. */
  async show(runId: string): Promise<RunResult | NetworkResult> {
    return this.#complete(await this.#runs.get(runId));
  }

  /** Reports the events of a run behind a position until it rests. When it is interrupted, the server goes on with the run. */
  async follow(runId: string, after: string, options: FollowOptions): Promise<RunResult | NetworkResult> {
    const { onEvent, wait = false, staySeconds = defaultStaySeconds } = options;
    const signal = options.interrupt ?? options.signal;
    try {
      const document = await this.#runs.result(runId, {
        after,
        signal,
        acceptSuspended: (suspended) => !wait && isAtRest(suspended) && !goesOnWithin(suspended, staySeconds),
        onEvent: (event) => event.kind !== "status" && onEvent?.(eventOf(event)),
      });
      return await this.#complete(document);
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      return this.show(runId);
    }
  }

  /** Waits until a run has ended or is suspended. @throws IceError `ICE_WAIT_TIMEOUT`. */
  async wait(runId: string, timeoutMs?: number): Promise<RunDocument> {
    const late = timeoutMs === undefined ? undefined : AbortSignal.timeout(Math.min(timeoutMs, maxTimerMs));
    try {
      return await this.#runs.result(runId, { signal: late, acceptSuspended: isAtRest });
    } catch (error) {
      if (timeoutMs === undefined || late?.aborted !== true) throw error;
      const { status } = await this.#runs.get(runId, { nodes: "none" });
      throw waitTimeout({ runId, status }, timeoutMs);
    }
  }

  /** Continues a run, and follows it. Of a run that has ended, the document. */
  async resume(runId: string, options: FollowOptions): Promise<RunResult | NetworkResult> {
    const { position } = await this.#runs.snapshot(runId);
    try {
      await this.#runs.resume(runId);
    } catch (error) {
      if (!IceError.is(error) || error.code !== "ICE_STORE_OWNED" || !this.#answered.has(runId)) throw error;
    }
    return this.follow(runId, position, options);
  }

  async #complete(document: RunDocument): Promise<RunResult | NetworkResult> {
    if (!("workflows" in document)) return this.#withAllNodes(document);
    const workflows: Record<string, NetworkResult["workflows"][string]> = {};
    for (const [id, member] of Object.entries(document.workflows))
      workflows[id] = "nodes" in member ? await this.#withAllNodes(member) : member;
    return { ...document, workflows };
  }

  async #withAllNodes({ nodesOmitted, ...run }: ShownRun): Promise<RunResult> {
    if (nodesOmitted === undefined) return run;
    const nodes: Record<string, NodeRecord> = {};
    let cursor: string | undefined;
    do {
      const page = await this.#runs.nodes(run.runId, { limit: pageSize, cursor });
      for (const { path, ...node } of page.nodes) nodes[path] = node;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return { ...run, nodes };
  }
}

/** An event of the server has no number; commands do not read it. */
function eventOf(event: Exclude<RunStreamEvent, { readonly kind: "status" }>): RunEvent {
  return { nodeType: "", ...event, seq: 0 } as unknown as RunEvent;
}

/** A network on workers is suspended while they execute its workflows, and goes on when one of them ends. */
function isAtRest(document: RunDocument): boolean {
  const members = "workflows" in document ? Object.values(document.workflows) : [];
  return !members.some((member) => "runId" in member && moving.has(member.status));
}

const moving: ReadonlySet<string> = new Set(["running", "interrupted", "queued"]);

/** Whether a suspended run waits for a time that comes soon, at which its server continues it. */
function goesOnWithin(document: RunDocument, seconds: number): boolean {
  const runs = "workflows" in document ? Object.values(document.workflows) : [document];
  const waiting = runs.flatMap((run) => ("waiting" in run ? (run.waiting ?? []) : []));
  const latest = Date.now() + seconds * 1000;
  return waiting.some(({ kind, resumeAt }) => kind === "timer" && typeof resumeAt === "number" && resumeAt <= latest);
}
