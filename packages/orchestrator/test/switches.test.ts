import { expect, test } from "vitest";
import { Workflow } from "../src/index.ts";
import { ask, choose, loop } from "./language-nodes.ts";
import { after, echo, fail, runNodes, sleep, statuses } from "./run-nodes.ts";
import { startEngine } from "./start-engine.ts";

const when = (condition: string, ...path: object[]): object => ({ when: condition, path });
const named = (name: string, condition: string, ...path: object[]): object => ({ name, when: condition, path });

test("the first case that is true runs; later conditions are not evaluated, and the other paths are skipped", async () => {
  const result = await runNodes([
    sleep("a", 7),
    choose(
      "s",
      [
        named("small", "a.ms < 5", echo("x")),
        named("medium", "a.ms < 10", echo("y", { v: "{{ a.ms }}" }), echo("z", { v: "{{ y.v + 1 }}" })),
        named("broken", "inputs.nothing.at.all", echo("q")),
      ],
      { otherwise: [echo("o")] },
    ),
    echo("out", { v: "{{ s.output.v }}", y: "{{ s.nodes.y.v }}", c: "{{ s.case }}" }),
  ]);
  expect(result.output["s"]).toEqual({ case: "medium", output: { v: 8 }, nodes: { y: { v: 7 }, z: { v: 8 } } });
  expect(result.output["out"]).toEqual({ v: 8, y: 7, c: "medium" });
  const skipped = "skipped branchNotTaken";
  expect(statuses(result)).toEqual({
    a: "completed",
    s: "completed",
    "s.x": skipped,
    "s.y": "completed",
    "s.z": "completed",
    "s.q": skipped,
    "s.o": skipped,
    out: "completed",
  });
});

test.each<[string, object[], object, object]>([
  ["its index, without a name", [when("false", echo("x")), when("true", echo("y"))], {}, { case: "1" }],
  [
    "otherwise",
    [when("false", echo("x"))],
    { otherwise: [echo("o", { v: 1 })] },
    { case: "otherwise", output: { v: 1 } },
  ],
  ["null, with null as output", [when("false", echo("x"))], {}, { case: null, output: null, nodes: {} }],
  [
    "that of a path without completed nodes",
    [when("true", echo("x", {}, { when: "false" }))],
    {},
    { output: null, nodes: {} },
  ],
])("the name of the choice: %s", async (_name, cases, more, expected) => {
  const { status, output } = await runNodes([choose("s", cases, more)]);
  expect([status, output["s"]]).toEqual(["completed", expect.objectContaining(expected)]);
});

test("a failure of the path is that of the switch; nothing else is tried", async () => {
  const cases = [when("true", fail("f", { code: "OOPS" })), when("true", echo("x"))];
  const result = await runNodes([
    choose("s", cases, { otherwise: [echo("o")], onError: { output: "{{ error.code }}" } }),
  ]);
  expect(result.output).toEqual({ s: "OOPS" });
  expect(statuses(result)).toMatchObject({ "s.f": "failed", "s.x": "skipped branchNotTaken" });
});

test.each([
  ["inputs.n", "{ n: 1 }", { n: 1 }],
  ["inputs.missing.value", "nothing", {}],
])(
  "a condition that returns no boolean fails the switch before any path runs: %s of %s",
  async (condition, _of, inputs) => {
    const result = await runNodes([choose("s", [when(condition, echo("x"))], { otherwise: [echo("o")] })], { inputs });
    expect(result.error).toMatchObject({ code: "ICE_EXPRESSION_FAILED", path: "s" });
    expect(result.nodes).not.toHaveProperty("s.o");
  },
);

test("conditions see what the switch sees, such as the item of a loop", async () => {
  const cases = [
    named("even", "item % 2 == 0", echo("x", { v: "{{ item }}" })),
    named("big", "item > limit.ms", echo("y")),
  ];
  const { output } = await runNodes([
    sleep("limit", 2),
    loop("l", "[1, 2, 3]", [choose("s", cases)], { itemOutput: "{{ s.case }}" }),
  ]);
  expect(output["l"]).toEqual([null, "even", "big"]);
});

test("a resume keeps the choice, even with a blueprint that would choose differently", async () => {
  const { execute, runs, clock, runtime } = await startEngine();
  const nodes = (first: string) => [
    choose("s", [when(first, ask("h")), when("true", echo("x"))]),
    echo("z", { c: "{{ s.case }}" }, after("s")),
  ];
  expect(await execute(nodes("true"))).toMatchObject({ waiting: [{ path: "s.h" }] });
  const workflow = new Workflow(nodes("false"), { name: "test", runtime });
  const resumed = await clock.runUntil(runs.resume("r", { workflow, force: true }));
  expect(resumed).toMatchObject({
    status: "suspended",
    waiting: [{ path: "s.h" }],
    nodes: { "s.x": { status: "skipped" } },
  });
});
