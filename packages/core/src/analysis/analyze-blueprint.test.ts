import { describe, expect, test } from "vitest";
import { z } from "zod";
import { after, dependenciesOf, echo, issuesOf, runtimeOf } from "../../test/analyze.ts";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import { largeBlueprints } from "../../test/large-blueprints.ts";
import { blueprintJsonSchema, nodeJsonSchema } from "../blueprint/blueprint-json-schema.ts";
import { builtinNodes } from "../nodes/builtin-nodes.ts";
import { defineNode } from "../nodes/define-node.ts";
import { registerNode } from "../runtime/register-node.ts";
import { analyzeBlueprint } from "./analyze-blueprint.ts";

describe("the envelope", () => {
  const envelope = (more: unknown) => analyzeBlueprint(more, { runtime: runtimeOf() }).issues;
  test.each<[unknown, object]>([
    [1, { code: "ICE_BLUEPRINT_SCHEMA", path: "" }],
    [{ name: "w" }, { path: "/nodes", message: "missing field `nodes`" }],
    [{ name: "w", nodes: [] }, { path: "/nodes" }],
    [{ name: "a b", nodes: [echo("a")] }, { path: "/name" }],
    [{ name: "w", version: "one", nodes: [echo("a")] }, { path: "/version" }],
    [
      { name: "w", nodes: [echo("a")], outputz: {} },
      { path: "/outputz", fix: 'did you mean "outputs"?' },
    ],
    [{ name: "w", nodes: [echo("a")], inputs: { type: "string" } }, { path: "/inputs/type" }],
    [{ name: "w", nodes: [echo("a")], inputs: { typ: 1 } }, { path: "/inputs/typ" }],
    [
      { name: "w", nodes: [echo("a")], outputs: { n: "{{ b.x }}" } },
      { code: "ICE_EXPRESSION_SCOPE", path: "/outputs/n" },
    ],
    [
      { name: "w", nodes: [echo("a")], outputs: { n: "{{ 1 + }}" } },
      { code: "ICE_EXPRESSION_INVALID", path: "/outputs/n" },
    ],
    [
      { schemaVersion: "ice/v9", name: "w", nodes: [echo("a")] },
      { code: "ICE_SCHEMA_VERSION", path: "/schemaVersion" },
    ],
    [
      { name: "w", nodes: [echo("a", { f: () => 1 })] },
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/toolArgs/f" },
    ],
    [
      { name: "w", nodes: [echo("a", { n: Number.NaN })] },
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/toolArgs/n" },
    ],
    [
      { name: "w", nodes: [echo("a", { constructor: 1 })] },
      { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/toolArgs/constructor" },
    ],
  ])("%j", (blueprint, issue) => {
    expect(envelope(blueprint)).toContainEqual(expect.objectContaining(issue));
  });

  test("a file needs its schemaVersion; an object of the program does not", () => {
    const nodes = [echo("a")];
    expect(analyzeBlueprint({ name: "w", nodes }, { runtime: runtimeOf(), base: "/w.yaml" }).issues).toMatchObject([
      { code: "ICE_SCHEMA_VERSION" },
    ]);
    expect(analyzeBlueprint({ name: "w", nodes, description: undefined }, { runtime: runtimeOf() }).issues).toEqual([]);
  });

  test("an invalid envelope does not hide issues of the nodes", () => {
    expect(envelope({ name: "a b", nodes: [echo("a", {}, after("x"))] }).map(({ code }) => code)).toEqual([
      "ICE_BLUEPRINT_SCHEMA",
      "ICE_DEPENDENCY_UNKNOWN",
    ]);
  });

  test("the owner's limits bound the depth and the number of nodes", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = { a: deep };
    expect(envelope({ name: "w", nodes: [echo("a")], metadata: deep })).toMatchObject([
      { code: "ICE_BLUEPRINT_LIMIT" },
    ]);
    const nodes = Array.from({ length: 20 }, (_, index) => echo(`n${index}`));
    expect(
      analyzeBlueprint({ name: "w", nodes }, { runtime: runtimeOf(), limits: { maxNodes: 10 } }).issues,
    ).toMatchObject([{ code: "ICE_BLUEPRINT_LIMIT", path: "/nodes/10" }]);
  });

  test("nothing of the author's object is frozen or changed", () => {
    const nodes = [echo("a", { list: [1] })];
    expect(envelope({ name: "w", nodes })).toEqual([]);
    expect(Object.isFrozen(nodes[0]!.toolArgs)).toBe(false);
  });
});

describe("names", () => {
  test("siblings in expressions become dependencies, in every form and any order of the list", () => {
    expect(
      dependenciesOf([
        echo("e", { x: "{{ a.v }} {{ nodes.b }} {{ nodes.?c.orValue(1) }} {{ nodes['d'] }}" }),
        echo("a"),
        echo("b"),
        echo("c"),
        echo("d", {}, { when: "has(nodes.a)" }),
        echo("f", {}, { onError: { output: "{{ a.v }} {{ error.message }}" } }),
        echo("g", { x: "{{ nodes[inputs.k] }}" }),
      ]),
    ).toEqual({ e: ["a", "b", "c", "d"], a: [], b: [], c: [], d: ["a"], f: ["a"], g: [] });
  });

  test("a container inherits what its children read outside, at any depth", () => {
    expect(
      dependenciesOf([
        echo("a"),
        echo("b"),
        {
          id: "outer",
          type: "loop",
          itemsSource: "a.rows",
          body: [
            {
              id: "inner",
              type: "loop",
              itemsSource: "item",
              itemVar: "cell",
              body: [echo("x", { v: "{{ cell + item + index + b.v }}" })],
              itemOutput: "{{ x.v }}",
            },
          ],
          itemOutput: "{{ inner }}",
        },
      ]),
    ).toEqual({ a: [], b: [], outer: ["a", "b"] });
  });

  test("names bound by a comprehension are not references", () => {
    expect(dependenciesOf([echo("x"), echo("b", { v: "{{ inputs.l.map(x, x + 1) }}" })])).toEqual({ x: [], b: [] });
  });

  test.each<[string, unknown[], boolean]>([
    [
      "outputSchema",
      [
        echo("a", {}, { outputSchema: { type: "object", properties: { count: {} }, additionalProperties: false } }),
        echo("b", { x: "{{ a.cuont }}" }),
      ],
      false,
    ],
    [
      "an optional part",
      [
        echo("a", {}, { outputSchema: { type: "object", properties: { count: {} }, additionalProperties: false } }),
        echo("b", { x: "{{ a.?cuont.orValue(1) }} {{ has(a.x) }}" }),
      ],
      true,
    ],
    [
      "the output of a tool",
      [{ id: "a", type: "tool", toolName: "sum", toolArgs: { a: 1 } }, echo("b", { x: "{{ a.totl }}" })],
      false,
    ],
    [
      "the output of a type",
      [{ id: "c", type: "condition", expression: "true", truePath: [echo("x")] }, echo("b", { v: "{{ c.brunch }}" })],
      false,
    ],
    [
      "a path into the output of a type",
      [
        { id: "c", type: "condition", expression: "true", truePath: [echo("x")] },
        echo("b", { v: "{{ c.nodes.x.y }}" }),
      ],
      true,
    ],
    [
      "a fallback may have another schema",
      [
        { id: "a", type: "tool", toolName: "sum", toolArgs: { a: 1 }, onError: { output: { other: 1 } } },
        echo("b", { x: "{{ a.other }}" }),
      ],
      true,
    ],
  ])("paths are checked against %s", (_name, nodes, valid) => {
    expect(issuesOf(nodes).map(({ code }) => code)).toEqual(valid ? [] : ["ICE_EXPRESSION_SCOPE"]);
  });

  test("inputs are checked against their schema", () => {
    const inputs = { type: "object", properties: { day: { type: "string" } }, additionalProperties: false };
    expect(issuesOf([echo("a", { x: "{{ inputs.dya }}" })], { inputs })).toMatchObject([
      { code: "ICE_EXPRESSION_SCOPE", fix: 'did you mean "day"?' },
    ]);
  });
});

describe("back edges", () => {
  const draft = (more: object = {}) => ({
    id: "draft",
    type: "recursive",
    recursiveSources: ["review"],
    convergenceCondition: "state.ok",
    ...more,
  });
  test("all nodes on a path to a source become the body", () => {
    const { analyzed, issues } = analyzeBlueprint(
      {
        name: "w",
        nodes: [
          draft(),
          echo("edit", {}, after("draft")),
          echo("review", { x: "{{ edit.y }} {{ state }}" }),
          echo("side", {}, after("draft")),
          echo("end", { x: "{{ draft.output }}" }),
        ],
      },
      { runtime: runtimeOf() },
    );
    expect(issues).toEqual([]);
    const [head, ...rest] = analyzed!.nodes.nodes;
    expect(head!.children.get("body")!.nodes.map(({ node, pointer }) => [node.id, pointer])).toEqual([
      ["edit", "/nodes/1"],
      ["review", "/nodes/2"],
    ]);
    expect(rest.map(({ node }) => node.id)).toEqual(["side", "end"]);
  });

  test("a cycle through a declared back edge is accepted", () => {
    expect(issuesOf([draft({ dependencies: ["review"] }), echo("review", {}, after("draft"))])).toEqual([]);
  });

  test("outside dependencies of a node of the body become dependencies of the head, and its join counts them as completed", () => {
    const nodes = [
      echo("setup"),
      draft(),
      echo("edit", {}, { dependencies: ["draft", "setup"], join: { atLeast: 2 } }),
      echo("review", {}, { dependencies: ["setup", "edit"], join: { atLeast: 2 } }),
    ];
    const { analyzed, issues } = analyzeBlueprint({ name: "w", nodes }, { runtime: runtimeOf() });
    expect(issues).toEqual([]);
    const [, head] = analyzed!.nodes.nodes;
    expect(head!.dependencies).toEqual([0]);
    expect(head!.children.get("body")!.nodes.map(({ node, dependencies }) => [dependencies, node.join])).toEqual([
      [[], { atLeast: 1 }],
      [[0], { atLeast: 1 }],
    ]);
    expect(issuesOf([draft(), echo("review", {}, after("draft", "absent"))])).toMatchObject([
      { code: "ICE_DEPENDENCY_UNKNOWN", nodeId: "review" },
    ]);
  });

  test("a reference from elsewhere to a folded node suggests the output", () => {
    const nodes = [draft(), echo("review", {}, after("draft"))];
    expect(issuesOf([...nodes, echo("x", { v: "{{ review.y }}" })])).toMatchObject([
      { code: "ICE_EXPRESSION_SCOPE", fix: "read the output of `draft`" },
    ]);
    expect(issuesOf([...nodes, echo("x", {}, after("review"))])).toMatchObject([
      { code: "ICE_DEPENDENCY_UNKNOWN", fix: 'depend on "draft", and read its output' },
    ]);
  });

  test.each<[unknown[], object]>([
    [
      [draft({ recursiveSources: ["absent"] })],
      { code: "ICE_DEPENDENCY_UNKNOWN", path: "/nodes/0/recursiveSources/0" },
    ],
    [[draft({ recursiveSources: ["draft"] })], { code: "ICE_DEPENDENCY_SELF" }],
    [
      [draft(), echo("review")],
      { code: "ICE_DEPENDENCY_UNKNOWN", message: expect.stringContaining("does not run after") },
    ],
  ])("%#: a source that cannot loop back", (nodes, issue) => {
    expect(issuesOf(nodes)).toContainEqual(expect.objectContaining(issue));
  });
});

test("a registered type accepts templates in place of numbers; known only by name, it accepts any field", () => {
  const typed = defineNode({ type: "typed", config: z.object({ n: z.number() }) });
  const runtime = runtimeOf((registry) => {
    registerNode(typed, () => null, { runtime: registry });
    registerNode("loose", () => null, { runtime: registry });
  });
  expect(
    issuesOf(
      [echo("a"), { id: "b", type: "typed", n: "{{ a.n }}" }, { id: "c", type: "loose", anything: ["{{ b }}"] }],
      { runtime },
    ),
  ).toEqual([]);
  expect(issuesOf([{ id: "b", type: "typed", n: "many" }], { runtime })).toMatchObject([
    { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/n" },
  ]);
});

test("the JSON Schema of blueprints has every type, with recursion by reference", () => {
  const schema = blueprintJsonSchema(Object.values(builtinNodes)) as {
    $defs: Record<string, { properties: Record<string, unknown> }>;
    properties: Record<string, unknown>;
  };
  expect(Object.keys(schema.$defs)).toHaveLength(Object.keys(builtinNodes).length + 1);
  expect(schema.$defs["loopNode"]!.properties["body"]).toMatchObject({
    type: "array",
    items: { $ref: "#/$defs/node" },
  });
  expect(schema.properties["nodes"]).toMatchObject({ items: { $ref: "#/$defs/node" } });
  for (const definition of Object.values(builtinNodes))
    for (const [name, field] of Object.entries(
      nodeJsonSchema(definition)["properties"] as Record<string, { description?: string }>,
    ))
      if (name !== "type")
        expect([definition.type, name, typeof field.description]).toEqual([definition.type, name, "string"]);
});

describe("size", () => {
  const time = (work: () => void): number => {
    const started = cpuTimeMs();
    work();
    return cpuTimeMs() - started;
  };
  const limits = { maxNodes: 1_000_000 };
  test("10,000 nodes with templates and dependencies", () => {
    const nodes = Array.from({ length: 10_000 }, (_, index) =>
      echo(`n${index}`, index < 2 ? {} : { v: `{{ n${index - 1}.v }}` }, index < 2 ? {} : after(`n${index - 2}`)),
    );
    expect(time(() => expect(issuesOf(nodes)).toEqual([]))).toBeLessThan(2000);
  });

  test.each(largeBlueprints(20_000))(
    "20,000 nodes: %s, without overflow or quadratic time",
    (_name, nodes) => {
      expect(
        time(() => expect(analyzeBlueprint({ name: "w", nodes }, { runtime: runtimeOf(), limits }).issues).toEqual([])),
      ).toBeLessThan(2000);
    },
    60_000,
  );

  test("a cycle of 10,000 is reported in abbreviated form", () => {
    const nodes = Array.from({ length: 10_000 }, (_, index) =>
      echo(`n${index}`, {}, after(`n${(index + 9_999) % 10_000}`)),
    );
    const [issue] = issuesOf(nodes);
    expect(issue).toMatchObject({ code: "ICE_GRAPH_CYCLE", message: expect.stringContaining("…") });
  });
});
