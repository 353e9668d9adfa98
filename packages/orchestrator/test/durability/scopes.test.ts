import type { ChildNode, RunResult } from "@ice/core";
import type { StoreFault } from "@ice/testing";
import { expect, test } from "vitest";
import { ask, createWorld, effect, node } from "./processes.ts";

const after = (...dependencies: string[]) => ({ dependencies });

/** A body of two effects and what follows them, all of which is undone and cleaned up. */
const scope = (id: string, last: ChildNode, more: object = {}): ChildNode =>
  node(id, "scope", {
    body: [effect("a", { ms: 1 }), effect("b", { ms: 1 }, after("a")), last],
    compensate: { a: [effect("undoA", { ms: 2 })], b: [effect("undoB", { ms: 2 })] },
    finally: [effect("free", { ms: 2 })],
    ...more,
  });
const slow = (...dependencies: string[]): ChildNode => effect("slow", { ms: 1e6 }, after(...dependencies));
const fail = (more: object = {}): ChildNode =>
  node("f", "tool", { toolName: "fail", toolArgs: { code: "OOPS", retryable: false }, ...more });

interface Case {
  readonly nodes: readonly ChildNode[];
  readonly settings?: object;
  /** Path of the scope. */
  readonly at: string;
  readonly status: string;
}

/** Everything that ends the body of a scope, or stops it. */
const cases: Readonly<Record<string, Case>> = {
  "a failure": { nodes: [scope("s", fail(after("b")))], at: "s", status: "failed" },
  "a failure that is caught": {
    nodes: [scope("s", fail(after("b")), { catch: { body: [effect("c", { ms: 1 })] } })],
    at: "s",
    status: "completed",
  },
  "its time limit": { nodes: [scope("s", slow("b"), { timeoutSeconds: 0.02 })], at: "s", status: "failed" },
  "its signal": {
    nodes: [
      scope("s", slow("b"), { cancelOn: "stop" }),
      effect("w", { ms: 8 }),
      node("send", "tool", { toolName: "signal", toolArgs: { name: "stop" }, dependencies: ["w"] }),
    ],
    at: "s",
    status: "failed",
  },
  "the time limit of the run": {
    nodes: [scope("s", slow("b"))],
    settings: { timeoutSeconds: 0.02 },
    at: "s",
    status: "cancelled",
  },
  "the time limit of a container": {
    nodes: [node("l", "loop", { itemsSource: "[1]", body: [scope("s", slow("b"))], timeoutSeconds: 0.02 })],
    at: "l[0].s",
    status: "cancelled",
  },
  "a lost race": {
    nodes: [node("p", "parallel", { settle: "first", branches: [[scope("s", slow("b"))], [effect("q", { ms: 9 })]] })],
    at: "p.s",
    status: "cancelled",
  },
  "a failed item beside it": {
    nodes: [
      node("l", "loop", {
        itemsSource: "[0, 1]",
        parallel: true,
        body: [
          effect("t", { ms: 9 }, { when: "item == 0" }),
          fail({ when: "item == 0", ...after("t") }),
          scope("s", slow("b"), { when: "item == 1" }),
        ],
      }),
    ],
    at: "l[1].s",
    status: "cancelled",
  },
  "a policy that halts": {
    nodes: [scope("s", slow("b")), effect("t", { ms: 9 }), fail(after("t"))],
    settings: { failurePolicy: "halt" },
    at: "s",
    status: "cancelled",
  },
  "an end elsewhere": {
    nodes: [scope("s", slow("b")), effect("t", { ms: 9 }), node("e", "end", { status: "completed", ...after("t") })],
    at: "s",
    status: "cancelled",
  },
};

/** One life that dies at a call of its store, or never, and another one that ends the run. */
async function live({ nodes, settings }: Case, nth: number, fault: StoreFault, commitMs: number) {
  const world = createWorld();
  const { clock, boot } = world;
  let died = (): void => {};
  const crash = new Promise<"died">((resolve) => {
    died = () => resolve("died");
  });
  const commit = commitMs === 0 ? {} : { commit: { clock, delayMs: () => commitMs } };
  const first = await boot({ ...commit, fault: (call) => (call.nth === nth ? fault : "keep"), onCrash: died });
  const end = await clock.runUntil(Promise.race([first.execute(nodes, settings && { settings }), crash]));
  if (end !== "died") return { ...world, result: end, hasDied: false };
  first.kill();
  return { ...world, result: await (await boot(commit)).resume(), hasDied: true };
}

/** Statuses of all nodes, but for those that a crash may have kept from starting. */
const statusesOf = ({ status, nodes }: RunResult): object => ({
  status,
  nodes: Object.fromEntries(
    Object.entries(nodes)
      .map(([path, record]) => [path, record.status] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ),
});

for (const [name, given] of Object.entries(cases))
  test(`${name}: wherever the process dies, what was done is undone once, the last first, and then everything is freed`, async () => {
    for (const commitMs of [0, 1]) {
      const undisturbed = await live(given, Infinity, "crashAfter", commitMs);
      expect(undisturbed.result.nodes[given.at]).toMatchObject({ status: given.status });
      for (const fault of ["crashBefore", "crashAfter"] as const)
        for (let nth = 2; ; nth += 1) {
          const life = await live(given, nth, fault, commitMs);
          if (!life.hasDied) break;
          const { result, records, callsOf } = life;
          const where = `${fault} ${nth}, commits of ${commitMs} ms`;
          expect(result.nodes[given.at], where).toMatchObject({ status: given.status });
          const done = (id: string) => result.nodes[`${given.at}.${id}`]?.status === "completed";
          const order = records().flatMap((record) =>
            record.kind === "outcome" && record.node.status === "completed" ? [record.path] : [],
          );
          const expected = [...(done("b") ? ["undoB"] : []), ...(done("a") ? ["undoA"] : []), "free"];
          const cleaned = order
            .map((path) => path.split(".").at(-1)!)
            .filter((id) => ["undoA", "undoB", "free"].includes(id));
          expect(cleaned, where).toEqual(expected);
          for (const id of expected)
            expect(new Set(callsOf(`${given.at}.${id}`).map(({ idempotencyKey }) => idempotencyKey)).size, where).toBe(
              1,
            );
          if (done("b")) expect(statusesOf(result), where).toEqual(statusesOf(undisturbed.result));
        }
    }
  });

test("a run that is cancelled while no process has it enters what was open, undoes it, and is cancelled", async () => {
  const { clock, boot, callsOf } = createWorld();
  const first = await boot();
  const nodes = [
    node("l", "loop", {
      itemsSource: "range(3)",
      parallel: true,
      body: [scope("s", ask("h", after("b"))), effect("z", {}, after("s"))],
    }),
  ];
  expect(await clock.runUntil(first.execute(nodes))).toMatchObject({ status: "suspended" });
  first.kill();
  const second = await boot();
  await clock.runUntil(second.runs.cancel("r"));
  const result = await clock.runUntil(second.runs.show("r"));
  expect(result.status).toBe("cancelled");
  for (const index of [0, 1, 2]) {
    expect(result.nodes).toMatchObject({
      [`l[${index}].s`]: { status: "cancelled" },
      [`l[${index}].s.h`]: { status: "cancelled" },
      [`l[${index}].s.undoA`]: { status: "completed" },
      [`l[${index}].s.free`]: { status: "completed" },
      [`l[${index}].z`]: { status: "skipped" },
    });
    expect(callsOf(`l[${index}].s.undoA`)).toHaveLength(1);
  }
});
