import type { ChildNode, Json, JournalRecord, RunResult } from "@ice/core";
import type { StoreFault } from "@ice/testing";
import { expect, test } from "vitest";
import { ask, createWorld, effect, node } from "./processes.ts";

const skipped = (id: string): ChildNode => effect(id, {}, { when: "false" });
const reading = (id: string, other: string): ChildNode => effect(id, { ms: 1 }, { dependencies: [other] });

/** Branches that race in different ways. Each branch is named after its position: `a…`, `b…`, `c…`. */
const races: Readonly<Record<string, ChildNode[][]>> = {
  "all end in one turn": [[effect("a", { ms: 5 })], [effect("b", { ms: 5 })], [effect("c", { ms: 5 })]],
  "all end at once": [[effect("a")], [effect("b")], [effect("c")]],
  "the last listed ends first": [[effect("a", { ms: 9 })], [effect("b", { ms: 7 })], [effect("c", { ms: 3 })]],
  "branches end with a node that never runs": [
    [effect("a", { ms: 5 }), skipped("a2")],
    [effect("b", { ms: 4 }), reading("b1", "b")],
    [skipped("c1"), effect("c", { ms: 5 })],
  ],
  "a branch fails": [[effect("a", { ms: 1, failures: 9 })], [effect("b", { ms: 4 })], [effect("c", { ms: 4 })]],
};

const parallel = (branches: ChildNode[][], more: object): ChildNode =>
  node("p", "parallel", { mergeOutputs: false, branches, ...more });

const winnersOf = ({ output }: RunResult): number[] =>
  (output["p"] as Json[]).flatMap((branch, index) => (branch === null ? [] : [index]));

const decisionIn = (records: readonly JournalRecord[]): readonly number[] | undefined => {
  const record = records.find(({ kind }) => kind === "checkpoint") as { value: { winners: number[] } } | undefined;
  return record?.value.winners;
};

/** Positions of branches whose nodes have all ended, in the order in which the last node that ran was recorded. */
function endedIn(records: readonly JournalRecord[], branches: ChildNode[][]): number[] {
  const paths = records.flatMap((record) =>
    record.kind === "outcome" && record.node.status === "completed" ? [record.path] : [],
  );
  const ends = branches.map((branch, index) => {
    const nodes = branch.filter(({ when }) => when === undefined).map(({ id }) => paths.indexOf(`p.${id}`));
    return { index, end: nodes.includes(-1) ? undefined : Math.max(...nodes) };
  });
  return ends
    .filter(({ end }) => end !== undefined)
    .toSorted((a, b) => a.end! - b.end!)
    .map(({ index }) => index);
}

/** One run whose first process dies at a call of its store, and a second one that ends it. Undefined: it never died. */
async function dieAt(nth: number, fault: StoreFault, nodes: readonly ChildNode[], commitMs: number) {
  const world = createWorld();
  const { clock, boot, calls, records } = world;
  let died = (): void => {};
  const crash = new Promise<"died">((resolve) => {
    died = () => resolve("died");
  });
  const commit = commitMs === 0 ? {} : { commit: { clock, delayMs: () => commitMs } };
  const first = await boot({ ...commit, fault: (call) => (call.nth === nth ? fault : "keep"), onCrash: died });
  const end = await clock.runUntil(Promise.race([first.execute(nodes), crash]));
  if (end !== "died") return undefined;
  first.kill();
  const left = { records: [...records()], aborted: calls.some(({ aborted, ended }) => aborted && !ended) };
  const result = await (await boot(commit)).resume();
  return { left, result, records: records() };
}

for (const [name, branches] of Object.entries(races))
  for (const [settle, needed] of [
    ["first", 1],
    [{ atLeast: 2 }, 2],
  ] as const)
    test(`${name}, ${JSON.stringify(settle)}: wherever the process dies, the first that ended win, and stay the winners`, async () => {
      for (const more of [{}, { maxConcurrency: 2 }])
        for (const commitMs of [0, 3])
          for (const fault of ["crashBefore", "crashAfter"] as const) {
            const nodes = [parallel(branches, { settle, ...more })];
            for (let nth = 2; ; nth += 1) {
              const life = await dieAt(nth, fault, nodes, commitMs);
              if (life === undefined) break;
              const { left, result, records } = life;
              const winners = winnersOf(result);
              const ended = endedIn(left.records, branches);
              expect(winners).toHaveLength(needed);
              expect(winners).toEqual([...decisionIn(records)!].toSorted((a, b) => a - b));
              // Before a loser feels anything, the decision is durable.
              if (left.aborted) expect(decisionIn(left.records)).toBeDefined();
              if (decisionIn(left.records) !== undefined) expect(decisionIn(records)).toEqual(decisionIn(left.records));
              expect(decisionIn(records)!.slice(0, ended.length)).toEqual(ended.slice(0, needed));
              const decided = records.findIndex(({ kind }) => kind === "checkpoint");
              const cancelled = records.findIndex(
                (record) => record.kind === "outcome" && record.node.status === "cancelled",
              );
              if (cancelled >= 0) expect(decided).toBeLessThan(cancelled);
            }
          }
    });

test("two people have answered before the resume: one wins, the other's branch is null, and a later resume says the same", async () => {
  const { clock, disk, boot, records } = createWorld();
  const branches = [[ask("a")], [ask("b")], [ask("c")]];
  const first = await boot();
  await clock.runUntil(first.execute([parallel(branches, { settle: "first" })]));
  first.kill();
  for (const id of ["b", "c"])
    disk.signal("r", { id: `p.${id}#1`, path: `p.${id}`, value: { approved: true }, by: id, at: 1 });
  const second = await boot();
  const result = await second.resume();
  expect(result).toMatchObject({ status: "completed", output: { p: [null, { b: { respondedBy: "b" } }, null] } });
  expect(result.nodes["p.a"]).toMatchObject({ status: "cancelled" });
  expect(decisionIn(records())).toEqual([1]);
  expect((await second.resume()).output).toEqual(result.output);
});

test("a person's request is open when another branch wins: the run completes, it is not suspended meanwhile", async () => {
  for (const commitMs of [0, 50]) {
    const { clock, boot } = createWorld();
    const first = await boot({ commit: { clock, delayMs: () => commitMs } });
    const nodes = [
      parallel([[ask("a")], [effect("b", { ms: 5 })]], { settle: "first" }),
      effect("z", {}, { dependencies: ["p"] }),
    ];
    expect(await clock.runUntil(first.execute(nodes))).toMatchObject({
      status: "completed",
      nodes: { "p.a": { status: "cancelled" }, z: { status: "completed" } },
    });
  }
});

test("another attempt of a container around it decides again", async () => {
  const { clock, boot, callsOf, records } = createWorld();
  const first = await boot();
  const truePath = [
    parallel([[effect("a", { ms: 5 })], [effect("b", { ms: 9 })]], { settle: "first" }),
    node("f", "tool", { toolName: "fail", toolArgs: {}, dependencies: ["p"] }),
  ];
  const retryPolicy = { maxAttempts: 2, backoffStrategy: "fixed", backoffSeconds: 10 };
  void first.execute([node("c", "condition", { expression: "true", truePath, retryPolicy })]);
  await clock.advance(1000);
  first.kill();
  expect(await (await boot()).resume()).toMatchObject({ status: "failed", nodes: { c: { attempts: 2 } } });
  expect(callsOf("c.p.b")).toHaveLength(2);
  expect(records().filter(({ kind }) => kind === "checkpoint")).toHaveLength(2);
});
