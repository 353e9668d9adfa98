import { builtinNodes, createRuntime, defineAgent, defineNode, defineTool, type RegisteredBlueprint } from "@ice/core";
import { z } from "zod";
import { cel, t } from "./templates.ts";
import { workflow } from "./workflow.ts";

const csvRead = defineTool({
  name: "csv_read",
  args: z.object({ path: z.string(), limit: z.number().optional() }),
  output: z.object({ items: z.array(z.object({ name: z.string(), cost: z.number() })), count: z.number() }),
  run: () => ({ items: [], count: 0 }),
});
const price = defineTool({
  name: "price",
  args: z.object({ cost: z.number() }),
  output: z.object({ total: z.number() }),
  run: ({ cost }) => ({ total: cost }),
});
const sentiment = defineNode({
  type: "sentiment",
  config: z.object({ text: z.string() }),
  output: z.object({ score: z.number() }),
});

const start = workflow("typed", { inputs: z.object({ csv: z.string() }) }).tool("rows", csvRead, ({ inputs }) => ({
  path: inputs.csv,
}));

// What fits compiles.
start
  .loop(
    "listings",
    ({ rows }) => rows.items,
    (item) =>
      item
        .tool("price", price, ({ item }) => ({ cost: item.cost }))
        .condition("branch", ({ price }) => cel`${price.total} > 10`, {
          truePath: (then) => then.node("mood", sentiment, ({ item }) => ({ text: t`Buy ${item.name}` })),
        })
        .tool("again", price, ({ branch }) => ({ cost: branch.nodes.mood.score })),
    { onItemError: "collect" },
  )
  .tool("last", price, ({ listings }) => ({ cost: listings[0]!.total }))
  .parallel("both", [
    (b) => b.tool("left", price, () => ({ cost: 1 })),
    (b) => b.tool("right", price, () => ({ cost: 2 })),
  ])
  .tool("sum", price, ({ both }) => ({ cost: cel<number>`${both.left.total} + ${both.right.total}` }))
  .build();

// A wrong path into an upstream output.
// @ts-expect-error there is no `lines` in the output of `rows`
start.tool("x", price, ({ rows }) => ({ cost: rows.lines }));
// @ts-expect-error `name` is a string, `cost` wants a number
start.tool("x", price, ({ rows }) => ({ cost: rows.items[0]!.name }));
// @ts-expect-error a node that does not exist
start.tool("x", price, ({ row }) => ({ cost: row.count }));
// Wrong tool arguments.
// @ts-expect-error `cost` is missing
start.tool("x", price, () => ({}));
// @ts-expect-error `cost` is no string
start.tool("x", price, () => ({ cost: "a lot" }));
// @ts-expect-error there is no input `file`
workflow("w", { inputs: z.object({ csv: z.string() }) }).tool("rows", csvRead, ({ inputs }) => ({ path: inputs.file }));
// @ts-expect-error a definition wants its own fields
start.node("x", sentiment, () => ({ txt: "a" }));
// @ts-expect-error `price` has no argument `discount`
start.tool("x", price, () => ({ cost: 1, discount: 2 }));

const shelf = defineTool({ name: "shelf", args: z.object({ kind: z.enum(["wide", "narrow"]) }), run: () => null });
start.tool("x", shelf, () => ({ kind: "wide" }));
// @ts-expect-error there is no such kind
start.tool("x", shelf, () => ({ kind: "tall" }));

// What is built can be registered.
createRuntime().workflows.register(start.build());
export const registered: readonly RegisteredBlueprint[] = [start.build()];
// @ts-expect-error a workflow has a name
createRuntime().workflows.register({ nodes: [] });

// Outputs of people, code and monitors.
const asked = start
  .human("go", { approvalType: "choice", choices: ["wide", "narrow"], promptMessage: ({ rows }) => t`${rows.count}?` })
  .human("fill", {
    approvalType: "input",
    promptMessage: () => "How much?",
    responseSchema: z.object({ cost: z.number() }),
    timeoutSeconds: 5,
    onTimeout: { output: () => ({ cost: 1 }) },
  })
  .code("twice", {
    language: "python",
    code: "return {'cost': 2 * input}",
    input: ({ fill }) => fill.response.cost,
    output: z.object({ cost: z.number() }),
  })
  .monitor("watch", { metricExpression: ({ metrics }) => cel`${metrics.costUsd} > 1`, actionOnTrigger: "abort" });
asked.tool("x", price, ({ twice }) => ({ cost: twice.cost }));
asked.tool("x", price, ({ watch }) => ({ cost: watch.checks }));
// Outputs of built-in types are as their definitions declare them, by a method of the type or without one.
const by = asked.node("eye", builtinNodes.monitor, () => ({ metricExpression: "true", actionOnTrigger: "alert" }));
by.tool("x", price, ({ eye }) => ({ cost: eye.triggerCount }));
// @ts-expect-error `triggered` is a boolean
by.tool("x", price, ({ eye }) => ({ cost: eye.triggered }));
// @ts-expect-error the code returns no `price`
asked.tool("x", price, ({ twice }) => ({ cost: twice.price }));
// @ts-expect-error the answer has no `price`
asked.tool("x", price, ({ fill }) => ({ cost: fill.response.price }));
// @ts-expect-error a choice is a text
asked.tool("x", price, ({ go }) => ({ cost: go.choice }));
// @ts-expect-error `triggered` is a boolean
asked.tool("x", price, ({ watch }) => ({ cost: watch.triggered }));
// @ts-expect-error one choice is none
start.human("go", { approvalType: "choice", choices: ["wide"], promptMessage: () => "?" });
// @ts-expect-error an approval has no choices
start.human("go", { approvalType: "approval", choices: ["wide", "narrow"], promptMessage: () => "?" });
// @ts-expect-error there is no metric `cost`
start.monitor("m", { metricExpression: ({ metrics }) => cel`${metrics.cost} > 1`, actionOnTrigger: "abort" });
// @ts-expect-error there is no such action
start.monitor("m", { metricExpression: () => cel`true`, actionOnTrigger: "stop" });
// @ts-expect-error a component is no source
start.code("c", { language: "component", code: "return 1" });
// @ts-expect-error there is no such limit
start.code("c", { language: "javascript", code: "return 1", limits: { cpu: 1 } });

// Models, agents and swarms.
const judge = defineAgent({ name: "judge", model: "p/m" });
const poet = defineAgent({ name: "poet", run: () => "" });
const answered = start
  .llm("found", {
    model: "p/m",
    prompt: ({ inputs }) => t`What costs ${inputs.csv}?`,
    jsonSchema: z.object({ cost: z.number(), tax: z.number().default(0) }),
  })
  .llm("raw", { model: ({ found }) => t`p/${found.model}`, prompt: () => "?", jsonSchema: { type: "object" } })
  .agent("helper", { model: "p/m", tools: [price, "files.read"] }, ({ found }) => found.object)
  .agent("named", "of_the_configuration", () => "go")
  .swarm("both", {
    agents: [
      { agent: judge, role: "x", config: { maxTokens: 5 } },
      { agent: poet, role: "y", config: { tone: "dry" } },
    ],
    task: ({ helper }) => helper.text,
    strategy: "consensus",
  });
answered.tool("x", price, ({ found }) => ({ cost: found.object.cost }));
answered.tool("x", price, ({ found }) => ({ cost: found.object.tax }));
answered.tool("x", price, ({ helper, both }) => ({ cost: cel<number>`${helper.steps} + ${both.rounds}` }));
answered.tool("x", price, ({ raw }) => ({ cost: cel<number>`${raw.object["anything"]}` }));
// @ts-expect-error the answer has no `price`
answered.tool("x", price, ({ found }) => ({ cost: found.object.price }));
// @ts-expect-error the text of an answer is no number
answered.tool("x", price, ({ found }) => ({ cost: found.text }));
// @ts-expect-error a model has no `topP` of its own: it stands in `llmConfig`
start.llm("l", { model: "p/m", prompt: () => "?", topP: 1 });
// @ts-expect-error a tool is a name or a definition
start.agent("a", { model: "p/m", tools: [5] }, () => "go");
start.swarm("s", {
  // @ts-expect-error of an agent on a model only four fields can be other
  agents: [{ agent: judge, role: "x", config: { tools: [] } }],
  task: () => "?",
  strategy: "consensus",
});

// Forms of a recursion.
const growing = { initialState: { total: 1 }, until: () => cel`true` };
start
  .recursive("a", { ...growing, workflowRef: "grow", inputs: ({ state }) => ({ total: state.total }) })
  .recursive("b", { ...growing, agentPackage: "writer" })
  .recursive("c", { ...growing, recursiveSources: ["d"] })
  .tool("d", price, ({ state }) => ({ cost: state.total }))
  .tool("e", price, ({ a, b, c }) => ({ cost: cel<number>`${a.output.total} + ${b.output.total} + ${c.iterations}` }));
// @ts-expect-error the state has no `sum`
start.recursive("a", { ...growing, workflowRef: "grow", inputs: ({ state }) => ({ total: state.sum }) });
// @ts-expect-error nothing is repeated
start.recursive("a", growing);
// @ts-expect-error `state` is there for siblings that are repeated only
start.recursive("a", { ...growing, workflowRef: "grow" }).tool("d", price, ({ state }) => ({ cost: state.total }));
