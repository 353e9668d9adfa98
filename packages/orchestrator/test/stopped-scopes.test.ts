import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime, registerNode, WorkflowExecutionService, type NodeInput } from "@ice/core";
import { createFakeClock } from "@ice/testing";
import { expect, test } from "vitest";
import { initializeOrchestrator, Workflow, type WorkflowOptions } from "../src/index.ts";
import { after, echo, fail } from "./run-nodes.ts";

/** What can stop a scope in a run. */
interface Means {
  readonly runs: WorkflowExecutionService;
  /** Aborts the call that has started the run. */
  readonly abort: () => void;
  /** Lets the node `gate` end. */
  readonly openGate: () => void;
  /** Lets the time limit pass. */
  readonly wait: () => void;
}

/** How a scope is stopped. */
interface Stop {
  /** The workflow around the scope. */
  readonly nodes: (scope: NodeInput, gate: NodeInput) => readonly NodeInput[];
  readonly scope?: object;
  readonly settings?: WorkflowOptions["settings"];
  readonly act: (means: Means) => unknown;
  /** The node whose end stops it. Default: what `act` does stops it at once. */
  readonly by?: string;
}

const alone: Stop["nodes"] = (scope) => [scope];
const timeoutSeconds = 10;
const wait: Stop["act"] = (means) => means.wait();
const openGate: Stop["act"] = (means) => means.openGate();

const outside: Readonly<Record<string, Stop>> = {
  "a request to cancel": { nodes: alone, act: ({ runs }) => runs.cancel("r") },
  "the caller": { nodes: alone, act: ({ abort }) => abort() },
  "the time limit of the run": { nodes: alone, settings: { timeoutSeconds }, act: wait },
  "the time limit of a container": {
    nodes: (scope) => [{ id: "each", type: "loop", itemsSource: "[1]", timeoutSeconds, body: [scope] } as NodeInput],
    act: wait,
  },
  "a failure under halt": {
    nodes: (scope, gate) => [scope, gate, fail("f", {}, after("gate"))],
    settings: { failurePolicy: "halt" },
    act: openGate,
    by: "f",
  },
  "a lost race": {
    nodes: (scope, gate) => [
      { id: "race", type: "parallel", settle: "first", branches: [[scope], [gate]] } as NodeInput,
    ],
    act: openGate,
    by: "race.gate",
  },
  "a budget": {
    nodes: (scope, gate) => [scope, gate, echo("over", {}, after("gate"))],
    settings: { budget: { toolCalls: 0 } },
    act: openGate,
    by: "over",
  },
  "an end": {
    nodes: (scope, gate) => [scope, gate, { id: "stop", type: "end", status: "failed", ...after("gate") } as NodeInput],
    act: openGate,
    by: "stop",
  },
};

const ofItsOwn: Readonly<Record<string, Stop>> = {
  "its own time limit": { nodes: alone, scope: { timeoutSeconds }, act: wait },
  "its signal": { nodes: alone, scope: { cancelOn: "stop" }, act: ({ runs }) => runs.signal("r", "stop") },
};

const hanging = Array.from({ length: 100 }, (_, at) => ({ id: `n${at}`, type: "hang" }));
const lists = {
  body: { body: hanging },
  catch: { body: [{ id: "breaks", type: "breaks" }], catch: { body: hanging } },
};

/** How long after the stop the last of the nodes in progress is notified of it, in milliseconds. */
async function lateness(store: string, stop: Stop, list: keyof typeof lists): Promise<number> {
  const runtime = createRuntime();
  const clock = createFakeClock();
  const gate = Promise.withResolvers<null>();
  const begun = Promise.withResolvers<void>();
  const notified: number[] = [];
  let inProgress = 0;
  registerNode("gate", () => gate.promise, { runtime });
  registerNode("noop", () => null, { runtime });
  registerNode("breaks", () => Promise.reject(new Error("no")), { runtime });
  registerNode(
    "hang",
    ({ signal }) => {
      inProgress += 1;
      if (inProgress === hanging.length) begun.resolve();
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => {
        notified.push(performance.now());
        reject(signal.reason);
      });
      return promise;
    },
    { runtime },
  );
  const { close } = await initializeOrchestrator({ runtime, clock, store });
  try {
    const caller = new AbortController();
    const finish = { id: "last", type: "noop" };
    const scope = { id: "s", type: "scope", ...lists[list], finally: [finish], ...stop.scope } as NodeInput;
    const workflow = new Workflow(stop.nodes(scope, { id: "gate", type: "gate" } as unknown as NodeInput), {
      name: "stops",
      runtime,
      settings: { maxConcurrency: 200, ...stop.settings },
    });
    let stoppedAt = 0;
    const onEvent = ({ path, type }: { readonly path?: string | undefined; readonly type: string }): void => {
      if (path === stop.by && /^node\.(completed|failed)$/.test(type)) stoppedAt = performance.now();
    };
    const running = workflow.execute({}, { runId: "r", signal: caller.signal, onEvent });
    await begun.promise;
    stoppedAt = performance.now();
    void stop.act({
      runs: runtime.use(WorkflowExecutionService),
      abort: () => caller.abort(),
      openGate: () => gate.resolve(null),
      wait: () => void clock.advance(timeoutSeconds * 1000),
    });
    const { nodes } = await running;
    const cleanup = Object.keys(nodes).find((path) => path.endsWith("s.last"))!;
    expect(nodes[cleanup]).toMatchObject({ status: "completed" });
    expect(notified).toHaveLength(hanging.length);
    return Math.max(...notified) - stoppedAt;
  } finally {
    await close();
  }
}

test.each<{ list: keyof typeof lists; by: string; stop: Stop }>([
  ...Object.entries({ ...outside, ...ofItsOwn }).map(([by, stop]) => ({ list: "body" as const, by, stop })),
  ...Object.entries(outside).map(([by, stop]) => ({ list: "catch" as const, by, stop })),
])(
  "the $list of a scope that is stopped by $by is cancelled within 50 ms, then it cleans up",
  async ({ list, stop }) => {
    const folder = mkdtempSync(join(tmpdir(), "ice-stops-"));
    try {
      // What is decided in the run is durable before its effects, which takes as long as the disk takes.
      for (const kind of stop.by === undefined ? ["memory:", "sqlite:"] : ["memory:"]) {
        // The best of several, because other programs on the machine delay it too.
        let best = Infinity;
        for (let round = 0; round < 5 && best >= 50; round += 1) {
          const store = kind === "memory:" ? kind : `${kind}${join(folder, `${round}.db`)}`;
          best = Math.min(best, await lateness(store, stop, list));
        }
        expect(best, kind).toBeLessThan(50);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
