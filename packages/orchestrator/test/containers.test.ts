import { createRuntime, registerNode, type NodeInput } from "@ice/core";
import { expect, test } from "vitest";
import { after, echo, fail, runNodes, sleep, statuses } from "./run-nodes.ts";

const loop = (id: string, itemsSource: string, body: NodeInput[], more: object = {}): NodeInput =>
  ({ id, type: "loop", itemsSource, body, ...more }) as NodeInput;

test.each(["collect", "skip"])(
  "%s: until is not asked after an item that failed, in its body or in itemOutput",
  async (onItemError) => {
    const more = { onItemError, until: "item == 1" };
    const inOutput = await runNodes([
      loop("l", "[1, 2, 3]", [echo("e", { v: "{{ item }}" })], {
        ...more,
        itemOutput: "{{ item == 1 ? e.missing : e.v }}",
      }),
    ]);
    const inBody = await runNodes([
      loop("l", "[1, 2, 3]", [echo("e", { v: "{{ item == 1 ? inputs.x : item }}" })], more),
    ]);
    const entries = onItemError === "skip" ? 2 : 3;
    expect([inOutput.output["l"], inBody.output["l"]]).toEqual([
      expect.objectContaining({ length: entries }),
      expect.objectContaining({ length: entries }),
    ]);
    expect((inOutput.output["l"] as unknown[]).slice(-2)).toEqual([2, 3]);
  },
);

test("a condition returns its result, branch, last output and node outputs; the other path is skipped", async () => {
  const result = await runNodes([
    echo("a", { n: 5 }),
    {
      id: "c",
      type: "condition",
      expression: "a.n > 3",
      truePath: [echo("x", { v: 1 }), echo("y", { v: "{{ x.v + a.n }}" })],
      falsePath: [echo("z")],
    },
  ]);
  expect(result.output["c"]).toEqual({
    result: true,
    branch: "true",
    output: { v: 6 },
    nodes: { x: { v: 1 }, y: { v: 6 } },
  });
  expect(statuses(result)).toMatchObject({ "c.z": "skipped branchNotTaken", "c.y": "completed" });
});

test("a failed path fails the condition with the same error", async () => {
  const result = await runNodes([
    { id: "c", type: "condition", expression: "true", truePath: [fail("x", { message: "inside" })] },
  ]);
  expect(result.error).toEqual(expect.objectContaining({ path: "c.x", message: "inside" }));
  expect(result.nodes["c"]!.error).toMatchObject({ path: "c.x" });
});

test("a loop keeps item order, whatever the order in which items end", async () => {
  const { output, durationMs } = await runNodes([
    loop(
      "l",
      "[300, 10, 150]",
      [{ ...sleep("s", 0), toolArgs: { ms: "{{ item }}" } } as NodeInput, echo("r", { v: "{{ item }}" }, after("s"))],
      { parallel: true, itemOutput: "{{ r.v }}" },
    ),
  ]);
  expect([output["l"], durationMs]).toEqual([[300, 10, 150], 300]);
});

test("with onItemError fail, items in flight are cancelled, no further item starts, the first failure in item order is reported", async () => {
  const result = await runNodes([
    loop(
      "l",
      "range(6)",
      [
        { ...sleep("s", 0), toolArgs: { ms: "{{ index == 1 ? 10 : 500 }}" } } as NodeInput,
        fail("f", { message: "item {{ index }}" }, { ...after("s"), when: "index == 1" }),
      ],
      {
        parallel: true,
        maxConcurrency: 3,
      },
    ),
  ]);
  expect(result.error).toMatchObject({ path: "l[1].f", message: "item 1" });
  expect(result.durationMs).toBe(10);
  expect(statuses(result)).toMatchObject({ "l[0].s": "cancelled", "l[2].s": "cancelled" });
  expect(result.nodes["l[3].s"]).toBeUndefined();
});

test("skip omits a failed item, collect replaces it by its error, and the run completes", async () => {
  const body = [
    echo("a", { v: "{{ item }}" }),
    fail("f", { message: "bad", code: "E_BAD" }, { ...after("a"), when: "item == 2" }),
  ];
  const skip = await runNodes([loop("l", "[1, 2, 3]", body, { onItemError: "skip", itemOutput: "{{ a.v }}" })]);
  const collect = await runNodes([
    loop("l", "[1, 2, 3]", body, { onItemError: "collect", itemOutput: "{{ a.v }}", parallel: true }),
  ]);
  expect([skip.status, skip.output["l"]]).toEqual(["completed", [1, 3]]);
  expect([collect.status, collect.output["l"]]).toEqual([
    "completed",
    [1, { error: { code: "E_BAD", message: "bad" } }, 3],
  ]);
});

test("until ends the loop after the iteration, and is not evaluated after a failed one", async () => {
  const { output } = await runNodes([
    loop("l", "range(10)", [echo("a", { v: "{{ index }}" }), fail("f", {}, { ...after("a"), when: "index == 1" })], {
      until: "a.v >= 3",
      onItemError: "skip",
      itemOutput: "{{ a.v }}",
    }),
  ]);
  expect(output["l"]).toEqual([0, 2, 3]);
});

test("the last listed node that completed is the entry; null when all were skipped", async () => {
  const { output } = await runNodes([
    loop("l", "[1, 2]", [echo("a", { v: "{{ item }}" }, { when: "item == 1" }), echo("b", {}, { when: "false" })]),
  ]);
  expect(output["l"]).toEqual([{ v: 1 }, null]);
});

test("an error in itemOutput is the item's own failure", async () => {
  const { output } = await runNodes([
    loop("l", "[{'n': 1}, {}]", [echo("a")], { itemOutput: "{{ item.n }}", onItemError: "collect" }),
  ]);
  expect(output["l"]).toEqual([1, { error: { code: "ICE_EXPRESSION_FAILED", message: "There is no `item.n`." } }]);
});

test("nested loops have fresh scopes, chosen names included", async () => {
  const { output } = await runNodes([
    loop(
      "outer",
      "[[1, 2], [3]]",
      [loop("inner", "row", [echo("c", { v: "{{ cell * 10 + r }}" })], { itemVar: "cell", itemOutput: "{{ c.v }}" })],
      { itemVar: "row", indexVar: "r" },
    ),
  ]);
  expect(output["outer"]).toEqual([[10, 20], [31]]);
});

test("parallel merges outputs, or lists them per branch", async () => {
  const branches = [[echo("x", { v: 1 })], [echo("y", { v: 2 }), echo("z", {}, { when: "false" })]];
  const merged = await runNodes([{ id: "p", type: "parallel", branches }]);
  const listed = await runNodes([{ id: "p", type: "parallel", branches, mergeOutputs: false }]);
  expect(merged.output["p"]).toEqual({ x: { v: 1 }, y: { v: 2 } });
  expect(listed.output["p"]).toEqual([{ x: { v: 1 } }, { y: { v: 2 } }]);
});

test("settle first and atLeast cancel the other branches; a number that can no longer be reached fails", async () => {
  const branches = [[sleep("slow", 900)], [sleep("quick", 10)], [sleep("mid", 100)]];
  const first = await runNodes([{ id: "p", type: "parallel", settle: "first", mergeOutputs: false, branches }]);
  const two = await runNodes([{ id: "p", type: "parallel", settle: { atLeast: 2 }, branches }]);
  const lost = await runNodes([
    { id: "p", type: "parallel", settle: { atLeast: 2 }, branches: [[fail("a")], [fail("b")], [sleep("c", 100)]] },
  ]);
  expect([first.output["p"], first.durationMs, statuses(first)["p.slow"]]).toEqual([
    [null, { quick: { ms: 10 } }, null],
    10,
    "cancelled",
  ]);
  expect([two.output["p"], two.durationMs]).toEqual([{ quick: { ms: 10 }, mid: { ms: 100 } }, 100]);
  expect([lost.status, statuses(lost)["p.c"]]).toEqual(["failed", "cancelled"]);
});

test.each<[unknown, number, unknown[]]>([
  ["first", 1, [{ a: { v: 1 } }, null, null]],
  [{ atLeast: 2 }, 2, [{ a: { v: 1 } }, { b: { v: 2 } }, null]],
  ["all", 3, [{ a: { v: 1 } }, { b: { v: 2 } }, { c: { v: 3 } }]],
])(
  "settle %j: exactly as many branches win as it asks for, also when all end in one turn",
  async (settle, count, listed) => {
    const branches = [[echo("a", { v: 1 })], [echo("b", { v: 2 })], [echo("c", { v: 3 })]];
    const list = await runNodes([{ id: "p", type: "parallel", mergeOutputs: false, settle, branches } as NodeInput]);
    const merged = await runNodes([{ id: "p", type: "parallel", settle, branches } as NodeInput]);
    expect(list.output["p"]).toEqual(listed);
    expect(Object.keys(merged.output["p"] as object)).toHaveLength(count);
    // A loser that ended all the same has its record, and no part in the output.
    expect(statuses(list)).toEqual({ "p.a": "completed", "p.b": "completed", "p.c": "completed", p: "completed" });
  },
);

test("branches that never started are skipped, whatever ended the node", async () => {
  const branches = [[sleep("a", 10)], [echo("b"), echo("c", {}, after("b"))], [sleep("d", 10)]];
  const rest = { "p.b": "skipped runStopped", "p.c": "skipped runStopped", "p.d": "skipped runStopped" };
  const alone = { id: "p", type: "parallel", maxConcurrency: 1, branches };
  const won = await runNodes([{ ...alone, settle: "first" } as NodeInput]);
  expect(statuses(won)).toEqual({ p: "completed", "p.a": "completed", ...rest });
  const failed = await runNodes([{ ...alone, branches: [[fail("a")], ...branches.slice(1)] } as NodeInput]);
  expect(statuses(failed)).toEqual({ p: "failed", "p.a": "failed", ...rest });
  const late = await runNodes([{ ...alone, timeoutSeconds: 0.005 } as NodeInput]);
  expect(statuses(late)).toEqual({ p: "failed", "p.a": "cancelled", ...rest });
  const halted = await runNodes([alone as NodeInput, sleep("s", 5), fail("f", {}, after("s"))], {
    settings: { failurePolicy: "halt" },
  });
  expect(statuses(halted)).toMatchObject({ p: "cancelled", "p.a": "cancelled", ...rest });
});

test("parallel's maxConcurrency bounds branches in flight", async () => {
  const { durationMs } = await runNodes([
    { id: "p", type: "parallel", maxConcurrency: 1, branches: [[sleep("a", 100)], [sleep("b", 100)]] },
  ]);
  expect(durationMs).toBe(200);
});

const child = {
  schemaVersion: "ice/v1" as const,
  name: "child",
  version: "1.0.0",
  inputs: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
  nodes: [echo("d", { v: "{{ inputs.n * 2 }}" })],
  outputs: { doubled: "{{ d.v }}" },
};

test("an error in the outputs of a sub-workflow has the path of the node that calls it, at any depth", async () => {
  const broken = { ...child, name: "broken", outputs: { x: "{{ d.missing }}" } };
  const outer = {
    schemaVersion: "ice/v1",
    name: "outer",
    nodes: [{ id: "in_", type: "workflow", workflowRef: "broken", inputs: { n: 1 } }],
  };
  const start = { workflows: [broken, outer] as never };
  const once = await runNodes([{ id: "sub", type: "workflow", workflowRef: "broken", inputs: { n: 1 } }], { start });
  const twice = await runNodes([{ id: "sub", type: "workflow", workflowRef: "outer" }], { start });
  const own = await runNodes([echo("d")], { outputs: { x: "{{ d.missing }}" } } as never);
  expect([once, twice, own].map(({ error }) => [error!.code, error!.path])).toEqual([
    ["ICE_EXPRESSION_FAILED", "sub.outputs.x"],
    ["ICE_EXPRESSION_FAILED", "sub.in_.outputs.x"],
    ["ICE_EXPRESSION_FAILED", "outputs.x"],
  ]);
});

test("a sub-workflow sees only its inputs; exposedOutputs picks from its output", async () => {
  const result = await runNodes(
    [
      echo("a", { n: 21 }),
      { id: "s", type: "workflow", workflowRef: "child", inputs: { n: "{{ a.n }}" } },
      {
        id: "e",
        type: "workflow",
        workflowRef: "child@1.0.0",
        inputs: { n: 1 },
        exposedOutputs: { two: "output.doubled" },
      },
      {
        id: "w",
        type: "workflow",
        workflowRef: "child",
        inputs: { n: "{{ 'x' }}" },
        onError: { output: "{{ error.code }}" },
      },
    ],
    { start: { workflows: [child as never] } },
  );
  expect(result.output).toMatchObject({ s: { doubled: 42 }, e: { two: 2 }, w: "ICE_INPUT_INVALID" });
  expect(statuses(result)["s.d"]).toBe("completed");
});

test("a child's own limits apply inside the run's and can only be smaller", async () => {
  const slow = {
    schemaVersion: "ice/v1" as const,
    name: "slow",
    settings: { maxConcurrency: 1, timeoutSeconds: 10 },
    nodes: [sleep("a", 100), sleep("b", 100)],
  };
  const strict = { ...slow, name: "strict", settings: { timeoutSeconds: 0.05 } };
  const poor = { ...slow, name: "poor", settings: { budget: { nodes: 1 } } };
  const start = { workflows: [slow, strict, poor] as never };
  expect(
    (await runNodes([{ id: "s", type: "workflow", workflowRef: "slow" }], { start, settings: { maxConcurrency: 8 } }))
      .durationMs,
  ).toBe(200);
  expect(
    (
      await runNodes(
        [
          { id: "s", type: "workflow", workflowRef: "slow" },
          { id: "t", type: "workflow", workflowRef: "slow" },
        ],
        { start, settings: { maxConcurrency: 1 } },
      )
    ).durationMs,
  ).toBe(400);
  const timedOut = await runNodes([{ id: "s", type: "workflow", workflowRef: "strict", onError: "skip" }, echo("b")], {
    start,
  });
  expect([timedOut.status, timedOut.nodes["s"]!.error!.code]).toEqual(["completed", "ICE_RUN_TIMEOUT"]);
  expect((await runNodes([{ id: "s", type: "workflow", workflowRef: "poor" }], { start })).error).toMatchObject({
    code: "ICE_BUDGET_EXCEEDED",
  });
});

test("a workflow that calls itself without end is stopped at depth 32", async () => {
  const self = {
    schemaVersion: "ice/v1" as const,
    name: "self",
    nodes: [{ id: "again", type: "workflow" as const, workflowRef: "self" }],
  };
  const { error } = await runNodes([{ id: "s", type: "workflow", workflowRef: "self" }], {
    start: { workflows: [self as never] },
  });
  expect(error!.code).toBe("ICE_DEPTH_LIMIT");
  expect(error!.path!.split(".")).toHaveLength(33);
});

test("a recursion repeats its body until the condition holds over the new state, or maxIterations", async () => {
  const body = [echo("step", { v: "{{ state.v * 2 }}", i: "{{ iteration }}" })];
  const met = await runNodes([
    {
      id: "r",
      type: "recursive",
      initialState: { v: 1 },
      body,
      convergenceCondition: "step.v >= 8 && state.v == step.v",
      maxIterations: 10,
    },
  ]);
  const not = await runNodes([
    { id: "r", type: "recursive", initialState: { v: 1 }, body, convergenceCondition: "false", maxIterations: 2 },
  ]);
  expect(met.output["r"]).toEqual({ output: { v: 8, i: 2 }, iterations: 3, converged: true, reason: "conditionMet" });
  expect(not.output["r"]).toMatchObject({ iterations: 2, converged: false, reason: "maxIterations" });
  expect(statuses(met)["r[2].step"]).toBe("completed");
});

test("a recursion over a sub-workflow passes it state and iteration, or its own inputs", async () => {
  const halve = {
    schemaVersion: "ice/v1" as const,
    name: "halve",
    nodes: [echo("h", { n: "{{ inputs.state.n / 2.0 }}", i: "{{ inputs.iteration }}" })],
    outputs: { n: "{{ h.n }}" },
  };
  const start = { workflows: [halve as never, child as never] };
  const plain = await runNodes(
    [
      {
        id: "r",
        type: "recursive",
        initialState: { n: 8 },
        workflowRef: "halve",
        convergenceCondition: "state.n <= 1",
      },
    ],
    { start },
  );
  const own = await runNodes(
    [
      {
        id: "r",
        type: "recursive",
        initialState: { doubled: 1 },
        workflowRef: "child",
        inputs: { n: "{{ state.doubled }}" },
        convergenceCondition: "state.doubled > 10",
      },
    ],
    { start },
  );
  expect(plain.output["r"]).toMatchObject({ output: { n: 1 }, iterations: 3 });
  expect(own.output["r"]).toMatchObject({ output: { doubled: 16 }, iterations: 4 });
  expect(statuses(own)["r[3].d"]).toBe("completed");
});

test("a declared back edge becomes the body; nodes elsewhere read the recursive node", async () => {
  const result = await runNodes([
    {
      id: "draft",
      type: "recursive",
      recursiveSources: ["review"],
      initialState: { score: 0 },
      convergenceCondition: "state.score >= 3",
      dependencies: ["review"],
    },
    echo("edit", { text: "v{{ iteration }}" }, after("draft")),
    echo("review", { score: "{{ state.score + 1 }}", text: "{{ edit.text }}" }),
    echo("publish", { score: "{{ draft.output.score }}" }),
  ]);
  expect(result.output).toMatchObject({
    draft: { output: { score: 3, text: "v2" }, iterations: 3, converged: true },
    publish: { score: 3 },
  });
  expect(Object.keys(result.nodes)).toContain("draft[2].edit");
});

test("a node of a back edge's body may depend on nodes outside of it: they end before the first iteration", async () => {
  const result = await runNodes([
    sleep("setup", 50),
    {
      id: "r",
      type: "recursive",
      recursiveSources: ["b"],
      initialState: { v: 0 },
      convergenceCondition: "state.v > 2",
    },
    echo("a", { v: "{{ state.v + 1 }}", ms: "{{ setup.ms }}" }, after("r", "setup")),
    echo("b", { v: "{{ a.v }}", ms: "{{ a.ms }}" }, { ...after("a", "setup"), join: { atLeast: 2 } }),
  ]);
  expect(result.output["r"]).toMatchObject({ output: { v: 3, ms: 50 }, iterations: 3 });
  expect(result.nodes["r[0].a"]!.startedAt).toBe(result.nodes["setup"]!.endedAt);
});

test("a failed iteration fails the recursion", async () => {
  const { error } = await runNodes([
    {
      id: "r",
      type: "recursive",
      body: [fail("f", { message: "no" }, { when: "iteration == 1" })],
      convergenceCondition: "false",
    },
  ]);
  expect(error).toMatchObject({ path: "r[1].f", message: "no" });
});

test("a plugin's own container runs its children through the same pipeline", async () => {
  const before = {
    before: (runtime: ReturnType<typeof createRuntime>) =>
      registerNode(
        "probe",
        async ({ runChildren, context, workflow, idempotencyKey, attempt, input }) => {
          await expect(runChildren("body")).rejects.toMatchObject({ code: "ICE_CHILDREN_UNKNOWN" });
          return { context, name: workflow.name, key: idempotencyKey.length, attempt, input };
        },
        { runtime },
      ),
  };
  const { output } = await runNodes([echo("a", { v: 1 }), { id: "p", type: "probe", dependencies: ["a"] } as never], {
    before,
    inputs: { x: 1 },
  });
  expect(output["p"]).toEqual({ context: { a: { v: 1 } }, name: "test", key: 32, attempt: 1, input: { x: 1 } });
});
