import type { Json, SandboxRequest, SandboxResult } from "@ice/core";
import { expect, onTestFinished, test, vi } from "vitest";
import { executionOf, js } from "../../test/run-code.ts";
import { createCodeSandbox, type CodeSandboxOptions } from "../index.ts";
import { defaultLimits } from "./limits.ts";
import { WorkerPool } from "./worker-pool.ts";

// Through the sandbox: the pool is what it shows of itself when guests misbehave.
const start = (options: CodeSandboxOptions = {}): ReturnType<typeof createCodeSandbox> => {
  const sandbox = createCodeSandbox({ workers: 1, limits: { fuel: 1e12 }, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
};
/** A pool without an engine: its workers wait for ever. */
const poolParts = () => ({
  parts: { entry: new URL("./worker/main.ts", import.meta.url), lanes: 1, setup: { prebuilt: "file:///", shim: "" } },
  load: () => new Promise(() => {}),
});
const spinning = executionOf("javascript", "for (;;) {}");
const kindOf = (result: SandboxResult): unknown => (result.ok ? result.output : result.error.kind);
const spin = (wallMs: number, more: Partial<SandboxRequest> = {}): SandboxRequest =>
  js("for (;;) {}", { ...more, limits: { wallMs } });

/** A tool whose calls wait for `held`. */
function heldTool() {
  const called = Promise.withResolvers<void>();
  const held = Promise.withResolvers<Json>();
  const callTool = (): Promise<Json> => {
    called.resolve();
    return held.promise;
  };
  return { called: called.promise, held, callTool };
}

test("a guest that exceeds its time is ended with its worker; the other executions start again", async () => {
  const sandbox = start();
  const ends = await Promise.all([
    sandbox.run(spin(100)),
    sandbox.run(js("return 1;")),
    sandbox.run(js("return 2;")),
    sandbox.run(js("return 3;")),
    sandbox.run(js("return 4;")),
    sandbox.run(js("return 5;")),
  ]);
  expect(ends.map(kindOf)).toEqual(["timeout", 1, 2, 3, 4, 5]);
  expect(ends[0]).toMatchObject({ error: { message: expect.stringContaining("limits.wallMs") } });
  expect(kindOf(await sandbox.run(js("return 6;")))).toBe(6);
});

test("an execution that has called the host does not start again when its worker is ended", async () => {
  const sandbox = start();
  const called = Promise.withResolvers<void>();
  let calls = 0;
  const waiting = sandbox.run(
    js("return await tools.call('pay');", {
      grants: { tools: ["pay"] },
      callTool: () => {
        calls += 1;
        called.resolve();
        return new Promise<Json>(() => {});
      },
    }),
  );
  await called;
  expect(kindOf(await sandbox.run(spin(50)))).toBe("timeout");
  expect(await waiting).toMatchObject({ error: { kind: "timeout", message: expect.stringContaining("Another") } });
  expect(calls).toBe(1);
});

test("waiting for the host does not count as running", async () => {
  const sandbox = start();
  const { called, held, callTool } = heldTool();
  const result = sandbox.run(
    js("return await tools.call('hold');", {
      limits: { wallMs: 150 },
      grants: { tools: ["hold"] },
      callTool,
    }),
  );
  await called;
  // Another guest uses up its own time meanwhile, in a worker of its own pool.
  expect(kindOf(await start().run(spin(300)))).toBe("timeout");
  held.resolve("late");
  expect(await result).toMatchObject({ ok: true, output: "late" });
  expect((await result).telemetry.hostWaitMs).toBeGreaterThan(200);
  expect((await result).telemetry.runMs).toBeLessThan(150);
});

test("an execution is cancelled before, while it waits in the queue, for the host, and while it runs", async () => {
  const sandbox = start();
  expect(kindOf(await sandbox.run(js("return 1;", { signal: AbortSignal.abort() })))).toBe("cancelled");
  const runs = new AbortController();
  const running = sandbox.run(spin(300, { signal: runs.signal }));
  const queued = new AbortController();
  const others = Array.from({ length: 6 }, () => sandbox.run(js("return 1;", { signal: queued.signal })));
  await Promise.resolve();
  queued.abort();
  expect((await Promise.all(others)).map(kindOf)).toEqual(Array.from({ length: 6 }, () => "cancelled"));
  runs.abort();
  expect(kindOf(await running)).toBe("cancelled");

  const waits = new AbortController();
  const waiting = sandbox.run(
    js("await tools.call('hold');", {
      signal: waits.signal,
      grants: { tools: ["hold"] },
      callTool: () => {
        waits.abort();
        return new Promise<Json>(() => {});
      },
    }),
  );
  expect(kindOf(await waiting)).toBe("cancelled");
  expect(kindOf(await sandbox.run(js("return 2;")))).toBe(2);
});

test("the queue has a bound", async () => {
  const sandbox = start({ queue: 2 });
  await sandbox.run(js("return 1;"));
  const ends = await Promise.all([
    sandbox.run(spin(100)),
    ...Array.from({ length: 12 }, () => sandbox.run(js("return 1;"))),
  ]);
  const kinds = ends.map(kindOf);
  expect(kinds.filter((kind) => kind === "denied").length).toBeGreaterThan(0);
  expect(kinds.filter((kind) => kind === 1).length).toBeGreaterThanOrEqual(1);
  expect(ends.find((end) => kindOf(end) === "denied")).toMatchObject({
    error: { message: expect.stringContaining("More than 2 executions of this run wait") },
  });
});

test("a run that spins delays an execution of another run by one of its own, not by all of them", async () => {
  const sandbox = start({ workers: 2 });
  await sandbox.run(js("return 0;"));
  let spun = 0;
  const spinning = Array.from({ length: 40 }, async () => {
    await sandbox.run(spin(400, { runId: "spinning" }));
    spun += 1;
  });
  // What was handed to a worker behind one that spins is taken back: it counts as little as what waits.
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (let time = 0; time < 3; time += 1) {
    const before = spun;
    expect(kindOf(await sandbox.run(js("return 'honest';", { runId: "honest" })))).toBe("honest");
    expect(spun - before).toBeLessThanOrEqual(2);
  }
  await sandbox.close();
  await Promise.all(spinning);
});

test("the executions of a run do not depend on the thread of another run", async () => {
  const sandbox = start();
  const { called, held, callTool } = heldTool();
  const grants = { tools: ["hold"] };
  const waiting = sandbox.run(js("return await tools.call('hold');", { grants, callTool, runId: "a" }));
  await called;
  expect(kindOf(await sandbox.run(spin(50, { runId: "b" })))).toBe("timeout");
  const stop = new AbortController();
  const spinning = sandbox.run(spin(60_000, { runId: "b", signal: stop.signal }));
  held.resolve("kept");
  expect(await waiting).toMatchObject({ ok: true, output: "kept" });
  // Beside one that spins in the only worker, another run has a thread of its own.
  expect(kindOf(await sandbox.run(js("return 'beside';", { runId: "c" })))).toBe("beside");
  stop.abort();
  expect(kindOf(await spinning)).toBe("cancelled");
});

test("threads that are no longer needed are ended", async () => {
  const { parts, load } = poolParts();
  const pool = new WorkerPool({ parts, load, workers: 1, queue: 10, now: Date.now });
  onTestFinished(() => pool.close());
  const stop = new AbortController();
  const runs = ["a", "b", "c"].map((run) =>
    pool.run({ run, execution: spinning, signal: stop.signal, onCall: () => Promise.reject(new Error("no calls")) }),
  );
  expect(pool.size).toBe(2);
  stop.abort();
  await Promise.all(runs);
  await vi.waitFor(() => expect(pool.size).toBeLessThanOrEqual(1));
});

test("one run cannot fill the queue of the others", async () => {
  const sandbox = start({ queue: 2 });
  const spinning = Array.from({ length: 12 }, () => sandbox.run(spin(100, { runId: "spinning" })));
  expect(kindOf(await sandbox.run(js("return 1;", { runId: "honest" })))).toBe(1);
  expect((await Promise.all(spinning)).map(kindOf)).toContain("denied");
});

test("a guest that is cancelled during its turn frees its worker immediately", async () => {
  const sandbox = start();
  await sandbox.run(js("return 0;"));
  const stop = new AbortController();
  const running = sandbox.run(spin(60_000, { signal: stop.signal, runId: "a" }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort();
  expect(kindOf(await running)).toBe("cancelled");
  // In the only worker, long before the limits of the cancelled one.
  expect(kindOf(await sandbox.run(js("return 2;", { runId: "b" })))).toBe(2);
});

test("a cancelled turn gets a moment to end before executions that called the host are lost with its worker", async () => {
  const sandbox = start();
  const { called, held, callTool } = heldTool();
  const waiting = sandbox.run(js("return await tools.call('hold');", { grants: { tools: ["hold"] }, callTool }));
  await called;
  const stop = new AbortController();
  const source = "for (let n = 0; n < 3e6; n++); return 'ended';";
  const running = sandbox.run(js(source, { signal: stop.signal }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  expect(kindOf(await running)).toBe("cancelled");
  held.resolve("kept");
  expect(await waiting).toMatchObject({ ok: true, output: "kept" });
});

test("workers are started one by one, as the work requires", async () => {
  const sandbox = start({ workers: 2 });
  const meet = Promise.withResolvers<Json>();
  let spinning = 0;
  const both = [1, 2].map(() =>
    sandbox.run(
      js("await tools.call('meet'); for (let n = 0; n < 1e5; n++); return 1;", {
        grants: { tools: ["meet"] },
        callTool: () => {
          spinning += 1;
          if (spinning === 2) meet.resolve(null);
          return meet.promise;
        },
      }),
    ),
  );
  expect((await Promise.all(both)).map(kindOf)).toEqual([1, 1]);
});

test("an engine that does not load fails the executions that wait for it, and the next one tries again", async () => {
  let loads = 0;
  const pool = new WorkerPool({
    parts: { entry: new URL("./worker/main.ts", import.meta.url), lanes: 1, setup: { prebuilt: "file:///", shim: "" } },
    load: () => {
      loads += 1;
      return Promise.reject(new Error("no such file"));
    },
    workers: 1,
    queue: 10,
    now: Date.now,
  });
  onTestFinished(() => pool.close());
  const execution = { language: "javascript", source: "", input: "null", env: {}, seed: 0, clock: 0 } as const;
  const run = (): Promise<unknown> =>
    pool.run({
      run: "a",
      execution: { ...execution, limits: defaultLimits },
      signal: undefined,
      onCall: () => Promise.reject(new Error("no calls")),
    });
  const ends = await Promise.allSettled(Array.from({ length: 6 }, run));
  expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => "rejected"));
  await expect(run()).rejects.toThrowError("no such file");
  expect([loads, pool.size]).toEqual([2, 0]);
});

test("calls nested too deeply fail at the same depth every time, however warm the engine is", async () => {
  const sandbox = start();
  for (const source of [
    "let deep = 0; const call = () => { deep += 1; call(); }; call();",
    "const call = () => [2, 1].sort(call); call();",
    "const thing = { toString: () => '' + thing }; return '' + thing;",
    "return JSON.parse('['.repeat(1e5) + ']'.repeat(1e5));",
    "let list = []; for (let n = 0; n < 5e4; n++) list = [list]; return list.flat(Infinity);",
  ]) {
    const ends = new Set<string>();
    for (let time = 0; time < 25; time += 1) {
      const result = await sandbox.run(js(source));
      ends.add(`${String(kindOf(result))} ${result.telemetry.fuel}`);
    }
    expect([...ends]).toEqual([expect.stringMatching(/^stack \d+$/)]);
  }
});
