import {
  analyzeBlueprint,
  builtinNodes,
  CodeSandbox,
  createRuntime,
  defineAgent,
  defineNode,
  defineTool,
  HumanTaskService,
  type RegisteredBlueprint,
  type Runtime,
} from "@ice/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { cel, loadText, save, t, workflow } from "../src/index.ts";

const rows = defineTool({
  name: "rows",
  args: z.object({ path: z.string() }),
  output: z.object({ items: z.array(z.object({ name: z.string(), cost: z.number(), "list price": z.number() })) }),
  run: () => ({ items: [] }),
});
const price = defineTool({
  name: "price",
  args: z.object({ cost: z.number() }),
  output: z.object({ total: z.number() }),
  run: ({ cost }) => ({ total: cost }),
});
const note = defineTool({ name: "note", args: z.object({ text: z.string() }), run: ({ text }) => text });
const writer = defineAgent({ name: "writer", description: "writes", run: () => ({ output: "text" }) });
const mood = defineNode({
  type: "mood",
  config: z.object({ text: z.string() }),
  output: z.object({ score: z.number() }),
});

const runtimeWithTools = (): Runtime => {
  const runtime = createRuntime();
  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: () => null });
  runtime.nodes.register("mood", { definition: mood, execute: () => null });
  for (const tool of [rows, price, note]) runtime.tools.register(tool.name, tool as never);
  runtime.agents.register("writer", writer as never);
  runtime.channels.register("log", { name: "log", send: () => undefined });
  runtime.provide(HumanTaskService, {} as HumanTaskService);
  runtime.provide(CodeSandbox, {} as CodeSandbox);
  return runtime;
};
const errorsOf = (blueprint: unknown, workflows: readonly RegisteredBlueprint[] = []): string[] => {
  const runtime = runtimeWithTools();
  for (const registered of workflows) runtime.workflows.register(registered);
  return analyzeBlueprint(blueprint, { runtime })
    .issues.filter(({ severity }) => severity === "error")
    .map(({ code, path }) => `${code} ${path}`);
};

const everything = workflow("everything", {
  version: "1.2.0",
  inputs: z.object({ csv: z.string(), limit: z.number().default(3) }),
  settings: { failurePolicy: "always" },
})
  .tool("rows", rows, ({ inputs }) => ({ path: inputs.csv }), { name: "Rows", timeoutSeconds: 5 })
  .loop(
    "listings",
    ({ rows }) => rows.items,
    (each) =>
      each
        .tool("price", price, ({ item }) => ({ cost: item["list price"] }))
        .condition("branch", ({ price, index }) => cel`${price.total} > 10 && ${index} != 2`, {
          truePath: (then) => then.node("mood", mood, ({ item }) => ({ text: t`Buy ${item.name}!` })),
          falsePath: (otherwise) => otherwise.tool("cheap", note, () => ({ text: "cheap" })),
        }),
    {
      onItemError: "collect",
      itemOutput: ({ price }) => ({ total: price.total }),
      until: ({ price }) => cel`${price.total} > 100`,
    },
  )
  .parallel(
    "both",
    [
      (left) => left.tool("l", price, () => ({ cost: 1 })),
      (right) =>
        right.tool("r", price, () => ({ cost: 2 }), {
          onError: { output: ({ error }) => ({ total: 0, why: error.code }) },
        }),
    ],
    { settle: { atLeast: 1 } },
  )
  .recursive(
    "refine",
    { initialState: { total: 8 }, until: ({ state }) => cel`${state.total} < 1`, maxIterations: 5 },
    (body) => body.tool("halve", price, ({ state }) => ({ cost: cel<number>`${state.total} / 2.0` })),
  )
  .agent("draft", writer, ({ rows }) => ({ first: rows.items[0]!.name }), { memory: { thread: "t" } })
  .swarm("debate", {
    agents: [
      { agent: writer, role: "pro" },
      { agent: writer, role: "contra", config: { tone: "dry" } },
    ],
    task: ({ inputs }) => t`Read ${inputs.csv}`,
    strategy: "consensus",
    maxRounds: 2,
    when: ({ inputs }) => cel`${inputs.limit} > 1`,
  })
  .tool("late", note, () => ({ text: "done" }), { dependencies: ["debate"], join: "ended" })
  .outputs(({ listings, both, draft }) => ({ first: listings[0]!.total, left: both.l.total, text: draft.text }));

describe("the builder", () => {
  test("writes plain blueprint data, with references as CEL", () => {
    expect(everything.build()).toEqual({
      schemaVersion: "ice/v1",
      name: "everything",
      version: "1.2.0",
      settings: { failurePolicy: "always" },
      inputs: {
        type: "object",
        properties: { csv: { type: "string" }, limit: { type: "number", default: 3 } },
        required: ["csv"],
      },
      nodes: [
        {
          id: "rows",
          type: "tool",
          name: "Rows",
          timeoutSeconds: 5,
          toolName: "rows",
          toolArgs: { path: "{{ inputs.csv }}" },
        },
        {
          id: "listings",
          type: "loop",
          itemsSource: "rows.items",
          onItemError: "collect",
          until: "price.total > 100",
          itemOutput: { total: "{{ price.total }}" },
          body: [
            { id: "price", type: "tool", toolName: "price", toolArgs: { cost: '{{ item["list price"] }}' } },
            {
              id: "branch",
              type: "condition",
              expression: "price.total > 10 && index != 2",
              truePath: [{ id: "mood", type: "mood", text: "Buy {{ item.name }}!" }],
              falsePath: [{ id: "cheap", type: "tool", toolName: "note", toolArgs: { text: "cheap" } }],
            },
          ],
        },
        {
          id: "both",
          type: "parallel",
          settle: { atLeast: 1 },
          branches: [
            [{ id: "l", type: "tool", toolName: "price", toolArgs: { cost: 1 } }],
            [
              {
                id: "r",
                type: "tool",
                onError: { output: { total: 0, why: "{{ error.code }}" } },
                toolName: "price",
                toolArgs: { cost: 2 },
              },
            ],
          ],
        },
        {
          id: "refine",
          type: "recursive",
          initialState: { total: 8 },
          convergenceCondition: "state.total < 1",
          maxIterations: 5,
          body: [{ id: "halve", type: "tool", toolName: "price", toolArgs: { cost: "{{ state.total / 2.0 }}" } }],
        },
        {
          id: "draft",
          type: "agent",
          package: "writer",
          input: { first: "{{ rows.items[0].name }}" },
          memory: { thread: "t" },
        },
        {
          id: "debate",
          type: "swarm",
          when: "inputs.limit > 1",
          agents: [
            { package: "writer", role: "pro" },
            { package: "writer", role: "contra", configOverrides: { tone: "dry" } },
          ],
          task: "Read {{ inputs.csv }}",
          coordinationStrategy: "consensus",
          maxRounds: 2,
        },
        {
          id: "late",
          type: "tool",
          dependencies: ["debate"],
          join: "ended",
          toolName: "note",
          toolArgs: { text: "done" },
        },
      ],
      outputs: {
        first: "{{ listings[0].total }}",
        left: "{{ both.l.total }}",
        text: "{{ draft.text }}",
      },
    });
  });

  test("its output is valid", () => {
    expect(errorsOf(everything.build())).toEqual([]);
  });

  test.each(["yaml", "json"] as const)("its output survives %s without loss", (format) => {
    const blueprint = everything.build();
    expect(loadText(save(blueprint, { format }), { format })).toEqual(blueprint);
  });

  test("extending a builder leaves it unchanged", () => {
    const start = workflow("w").tool("a", note, () => ({ text: "x" }));
    const one = start.tool("b", note, () => ({ text: "1" })).build();
    const two = start.tool("c", note, () => ({ text: "2" })).build();
    expect([one.nodes.length, two.nodes.length]).toEqual([2, 2]);
    expect(two.nodes.map((node) => (node as { id: string }).id)).toEqual(["a", "c"]);
  });

  test("workflow and llm nodes", () => {
    const { nodes } = workflow("w")
      .workflow("child", "./child.yaml", ({ run }) => ({ id: run.id }))
      .llm("ask", { model: "p/m", prompt: ({ child }) => t`About ${child}` })
      .llm("mood", {
        model: ({ inputs }) => t`p/${inputs["size"]}`,
        prompt: ({ ask }) => ask.text,
        jsonSchema: z.object({ mood: z.enum(["good", "bad"]), score: z.number().default(0) }),
      })
      .llm("raw", { model: "p/m", prompt: ({ mood }) => mood.object.mood, jsonSchema: { type: "object" } })
      .build();
    expect(nodes).toEqual([
      { id: "child", type: "workflow", workflowRef: "./child.yaml", inputs: { id: "{{ run.id }}" } },
      { id: "ask", type: "llm", model: "p/m", prompt: "About {{ child }}" },
      {
        id: "mood",
        type: "llm",
        model: "p/{{ inputs.size }}",
        prompt: "{{ ask.text }}",
        jsonSchema: {
          type: "object",
          properties: { mood: { type: "string", enum: ["good", "bad"] }, score: { type: "number", default: 0 } },
          required: ["mood"],
        },
      },
      { id: "raw", type: "llm", model: "p/m", prompt: "{{ mood.object.mood }}", jsonSchema: { type: "object" } },
    ]);
  });

  test("the answer of a model is not transformed", () => {
    const jsonSchema = z.object({ n: z.string().transform(Number) });
    expect(() => workflow("w").llm("a", { model: "p/m", prompt: () => "?", jsonSchema })).toThrow(
      expect.objectContaining({ code: "ICE_BLUEPRINT_SCHEMA", fix: expect.stringContaining("transform()") as string }),
    );
  });

  test("agents by name, by definition, and defined in the node", () => {
    const judge = defineAgent({ name: "judge", model: "p/m" });
    const { nodes } = workflow("w")
      .agent("a", "of_the_configuration", () => "go")
      .agent("b", judge, ({ a }) => a.text)
      .agent("c", { model: "p/m", system: ({ b }) => t`You know ${b.text}`, tools: [note, "files.read"] }, () => "go", {
        maxIterations: 3,
        memory: { scope: "store", thread: ({ inputs }) => t`talk-${inputs["customer"]}` },
      })
      .swarm("s", {
        agents: [
          { agent: judge, role: "x", config: { temperature: 0 } },
          { agent: "of_the_configuration", role: "y" },
        ],
        task: () => "name the cat",
        strategy: "marketplace",
      })
      .build();
    expect(nodes).toEqual([
      { id: "a", type: "agent", package: "of_the_configuration", input: "go" },
      { id: "b", type: "agent", package: "judge", input: "{{ a.text }}" },
      {
        id: "c",
        type: "agent",
        model: "p/m",
        system: "You know {{ b.text }}",
        tools: ["note", "files.read"],
        input: "go",
        maxIterations: 3,
        memory: { scope: "store", thread: "talk-{{ inputs.customer }}" },
      },
      {
        id: "s",
        type: "swarm",
        agents: [
          { package: "judge", role: "x", configOverrides: { temperature: 0 } },
          { package: "of_the_configuration", role: "y" },
        ],
        task: "name the cat",
        coordinationStrategy: "marketplace",
      },
    ]);
  });

  test("human, monitor and code nodes, with typed outputs", () => {
    const built = workflow("w")
      .human("ask", {
        approvalType: "choice",
        choices: ["keep", "drop"],
        promptMessage: ({ run }) => t`Run ${run.id}?`,
        timeoutSeconds: 60,
        onTimeout: { escalateTo: "boss", timeoutSeconds: 60 },
      })
      .human("fill", {
        approvalType: "input",
        promptMessage: () => "How many {{ exactly }}?",
        responseSchema: z.object({ count: z.number() }),
        timeoutSeconds: 5,
        onTimeout: { output: () => ({ count: 0 }) },
      })
      .code(
        "twice",
        {
          language: "javascript",
          code: "return { n: input.count * 2 }; // {{ not a template }}",
          input: ({ fill }) => ({ count: fill.response.count }),
          output: z.object({ n: z.number() }),
          limits: { wallMs: 100 },
          grants: { tools: ["note"] },
        },
        { when: ({ ask }) => cel`${ask.choice} == "keep"` },
      )
      .monitor("watch", {
        metricExpression: ({ metrics }) => cel`${metrics.toolCalls} > 3`,
        watch: ["last"],
        checkIntervalSeconds: 1,
        actionOnTrigger: "alert",
      })
      .tool("last", price, ({ twice }) => ({ cost: twice.n }))
      .build();
    expect(built.nodes).toEqual([
      {
        id: "ask",
        type: "human",
        promptMessage: "Run {{ run.id }}?",
        approvalType: "choice",
        choices: ["keep", "drop"],
        timeoutSeconds: 60,
        onTimeout: { escalateTo: "boss", timeoutSeconds: 60 },
      },
      {
        id: "fill",
        type: "human",
        promptMessage: 'How many {{ "{{" }} exactly }}?',
        approvalType: "input",
        responseSchema: {
          type: "object",
          properties: { count: { type: "number" } },
          required: ["count"],
        },
        timeoutSeconds: 5,
        onTimeout: { output: { count: 0 } },
      },
      {
        id: "twice",
        type: "code",
        when: 'ask.choice == "keep"',
        language: "javascript",
        code: "return { n: input.count * 2 }; // {{ not a template }}",
        input: { count: "{{ fill.response.count }}" },
        limits: { wallMs: 100 },
        grants: { tools: ["note"] },
        outputSchema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
      },
      {
        id: "watch",
        type: "monitor",
        metricExpression: "metrics.toolCalls > 3",
        watch: ["last"],
        checkIntervalSeconds: 1,
        actionOnTrigger: "alert",
      },
      { id: "last", type: "tool", toolName: "price", toolArgs: { cost: "{{ twice.n }}" } },
    ]);
    expect(errorsOf(built)).toEqual([]);
    expect(loadText(save(built))).toEqual(built);
  });

  test("a recursion over a workflow, an agent, or later siblings", () => {
    const until = { initialState: { n: 1 }, maxIterations: 9 };
    const built = workflow("w")
      .recursive("child", {
        ...until,
        until: ({ state }) => cel`${state.n} > 5`,
        workflowRef: "grow",
        inputs: ({ state, iteration }) => ({ n: state.n, round: iteration }),
      })
      .recursive("asked", { ...until, until: ({ iteration }) => cel`${iteration} > 2`, agentPackage: writer })
      .recursive("draft", { ...until, until: ({ state }) => cel`${state.n} > 5`, recursiveSources: ["review"] })
      .tool("edit", note, ({ iteration }) => ({ text: t`v${iteration}` }), { dependencies: ["draft"] })
      .tool("review", price, ({ state }) => ({ cost: state.n }), { dependencies: ["edit"] })
      .tool("publish", price, ({ child, draft }) => ({ cost: cel<number>`${child.output.n} + ${draft.output.n}` }))
      .build();
    const same = { type: "recursive", ...until };
    expect(built.nodes.slice(0, 3)).toEqual([
      {
        id: "child",
        ...same,
        convergenceCondition: "state.n > 5",
        workflowRef: "grow",
        inputs: { n: "{{ state.n }}", round: "{{ iteration }}" },
      },
      { id: "asked", ...same, convergenceCondition: "iteration > 2", agentPackage: "writer" },
      { id: "draft", ...same, convergenceCondition: "state.n > 5", recursiveSources: ["review"] },
    ]);
    const grow = workflow("grow")
      .tool("more", price, () => ({ cost: 1 }))
      .build();
    expect(errorsOf(built, [grow])).toEqual([]);
  });

  test("its output can be registered as a workflow", () => {
    const runtime = createRuntime();
    runtime.workflows.register(everything.build());
    expect(runtime.workflows.names()).toEqual(["everything@1.2.0"]);
    expect(runtime.workflows.get("everything")).toEqual(everything.build());
  });

  test("a body is not a workflow", () => {
    expect(() =>
      workflow("w").loop(
        "l",
        () => cel<readonly number[]>`[1]`,
        (body) => body.tool("a", note, () => ({ text: "x" })).outputs(() => ({})),
      ),
    ).toThrowError(expect.objectContaining({ code: "ICE_BLUEPRINT_SCHEMA" }));
  });
});

describe("data never becomes an expression", () => {
  const args = (text: unknown): unknown => {
    const { nodes } = workflow("w")
      .tool("a", note, () => ({ text: text as string }))
      .build();
    return (nodes[0] as { toolArgs?: unknown }).toolArgs;
  };

  test("braces that the author writes are literal", () => {
    expect(args("{{ inputs.secret }}")).toEqual({ text: '{{ "{{" }} inputs.secret }}' });
    expect(args(t`a {{ b ${"{{ c"} ${{ d: 1 }}`)).toEqual({ text: 'a {{ "{{" }} b {{ "{{" }} c {"d":1}' });
  });

  test.each<[unknown, string]>([
    [cel`${"a\"b'"} == ${[1, -2, { k: null }]}`, '"a\\"b\'" == [1, (-2), {"k": null}]'],
    [cel`${cel`1 + 2`} * 3`, "(1 + 2) * 3"],
    [cel`${undefined} == null`, "null == null"],
  ])("plain values in cel`…` are literals: %#", (expression, source) => {
    expect(args(expression)).toEqual({ text: `{{ ${source} }}` });
  });

  test("templates inside templates", () => {
    const inner = t`<${cel`1`}>`;
    expect(args(t`a${inner}b`)).toEqual({ text: "a<{{ 1 }}>b" });
  });

  test("names reserved by CEL are written as keys", () => {
    const { outputs } = workflow("w")
      .workflow<"a", { in: { "0x": number } }>("a", "child")
      .outputs(({ a }) => ({ x: a.in["0x"] }))
      .build();
    expect(outputs).toEqual({ x: '{{ a["in"]["0x"] }}' });
  });

  test("the error for a reference used as a value says what to write instead", () => {
    expect(() => workflow("w").tool("a", note, ({ run }) => ({ text: String(run.id) }))).toThrowError(
      expect.objectContaining({ code: "ICE_BLUEPRINT_SCHEMA", fix: expect.stringContaining("t`") }),
    );
    expect(() => workflow("w").tool("a", note, ({ run }) => ({ text: JSON.stringify(run.id) }))).toThrowError(
      /has no value yet/,
    );
  });
});

test("the output of `onError` may be plain data, whose braces stay text", () => {
  const { nodes } = workflow("w")
    .tool("a", price, () => ({ cost: 1 }), { onError: { output: { total: 0, why: "{{ no }}" } } })
    .build();
  expect(nodes[0]).toMatchObject({ onError: { output: { total: 0, why: '{{ "{{" }} no }}' } } });
});
