import { cel, t, workflow } from "@ice/builder";
import { z } from "zod";
import { buyer, echo, fail, halver, shortener, signal } from "./registered.ts";

/** The workflows of the YAML files beside `src`, written with the builder. */
export const tool = workflow("tool")
  .tool("order", echo({ product: z.string(), pieces: z.number(), price: z.number() }), () => ({
    product: "lamp",
    pieces: 3,
    price: 12.5,
  }))
  .tool("bill", echo({ text: z.string(), total: z.number() }), ({ order }) => ({
    text: t`${order.pieces} × ${order.product}`,
    total: cel<number>`${order.pieces} * ${order.price}`,
  }))
  .outputs(({ bill }) => ({ bill }))
  .build();

export const llm = workflow("llm", {
  inputs: z.object({ review: z.string().default("The lamp came late and broken.") }),
})
  .llm("mood", {
    model: "default",
    system: () => "Answer with the mood of the review.",
    prompt: ({ inputs }) => inputs.review,
    temperature: 0,
    jsonSchema: z.object({ mood: z.enum(["bad", "good"]) }),
  })
  .outputs(({ mood }) => ({ mood: mood.object.mood }))
  .build();

export const agent = workflow("agent")
  .agent("brief", shortener, () => "Ice floats. It is lighter than water.")
  .outputs(({ brief }) => ({ brief: brief.output }))
  .build();

export const condition = workflow("condition", { inputs: z.object({ celsius: z.number().default(-4) }) })
  .condition("freezing", ({ inputs }) => cel`${inputs.celsius} < 0`, {
    truePath: (path) =>
      path.tool("ice", echo({ text: z.string() }), ({ inputs }) => ({ text: t`ice at ${inputs.celsius} °C` })),
    falsePath: (path) =>
      path.tool("water", echo({ text: z.string() }), ({ inputs }) => ({ text: t`water at ${inputs.celsius} °C` })),
  })
  .outputs(({ freezing }) => ({ branch: freezing.branch, output: freezing.output }))
  .build();

const choosing = workflow("switch", {
  inputs: z.object({
    subject: z.string().default("Shop is down"),
    priority: z.enum(["critical", "high", "normal"]).default("high"),
  }),
})
  .switch(
    "route",
    {
      page: [
        ({ inputs }) => cel`${inputs.priority} == "critical"`,
        (path) =>
          path.tool("on_call", echo({ text: z.string() }), ({ inputs }) => ({ text: t`Wake up: ${inputs.subject}` })),
      ],
      today: [
        ({ inputs }) => cel`${inputs.priority} == "high" || ${inputs.subject}.contains("down")`,
        (path) =>
          path.tool("support", echo({ text: z.string() }), ({ inputs }) => ({ text: t`Today: ${inputs.subject}` })),
      ],
    },
    (path) => path.tool("queue", echo({ text: z.string() }), ({ inputs }) => ({ text: t`Later: ${inputs.subject}` })),
  )
  .outputs(({ route }) => ({ case: route.case, text: route.output["text"] }))
  .build();
export { choosing as switch };

export const loop = workflow("loop", {
  inputs: z.object({ names: z.array(z.string()).default(["ada", "alan", "grace"]) }),
})
  .loop(
    "greetings",
    ({ inputs }) => inputs.names,
    (body) =>
      body.tool("greet", echo({ text: z.string() }), ({ item, index }) => ({
        text: t`${cel`${index} + 1`}. Hello ${cel`upper(${item})`}`,
      })),
    { parallel: true, maxConcurrency: 2, itemOutput: ({ greet }) => greet.text },
  )
  .outputs(({ greetings }) => ({ greetings }))
  .build();

export const parallel = workflow("parallel")
  .parallel(
    "both",
    [
      (branch) => branch.tool("stock", echo({ pieces: z.number() }), () => ({ pieces: 7 })),
      (branch) =>
        branch
          .tool("net", echo({ price: z.number() }), () => ({ price: 10 }))
          .tool("gross", echo({ price: z.number() }), ({ net }) => ({ price: cel<number>`${net.price} * 1.5` })),
    ],
    { settle: "all" },
  )
  .outputs(({ both }) => ({ pieces: both.stock.pieces, price: both.gross.price }))
  .build();

const calling = workflow("workflow")
  .workflow<"doubled", { n: number }>("doubled", "double", () => ({ n: 21 }))
  .outputs(({ doubled }) => ({ n: doubled.n }))
  .build();
export { calling as workflow };

export const recursive = workflow("recursive")
  .recursive(
    "grown",
    { initialState: { n: 1 }, until: ({ state }) => cel`${state.n} >= 100`, maxIterations: 20 },
    (body) => body.tool("triple", echo({ n: z.number() }), ({ state }) => ({ n: cel<number>`${state.n} * 3` })),
  )
  .recursive("doubled", {
    initialState: { n: 1 },
    until: ({ state }) => cel`${state.n} >= 100`,
    workflowRef: "double",
    inputs: ({ state }) => ({ n: state.n }),
  })
  .recursive("halved", {
    initialState: { n: 100 },
    until: ({ state }) => cel`${state.n} < 10`,
    agentPackage: halver,
  })
  .recursive("draft", {
    initialState: { score: 0 },
    until: ({ state }) => cel`${state.score} >= 3`,
    recursiveSources: ["review"],
  })
  .tool("edit", echo({ text: z.string() }), ({ iteration }) => ({ text: t`version ${cel`${iteration} + 1`}` }), {
    dependencies: ["draft"],
  })
  .tool("review", echo({ text: z.string(), score: z.number() }), ({ edit, state }) => ({
    text: edit.text,
    score: cel<number>`${state.score} + 1`,
  }))
  .outputs(({ grown, doubled, halved, draft }) => ({
    grown: grown.output,
    doubled: doubled.output,
    halved: halved.output,
    draft: draft.output,
  }))
  .build();

export const scope = workflow("scope")
  .scope(
    "order",
    (body) =>
      body
        .tool("reserve", echo({ product: z.string(), shelf: z.number() }), () => ({ product: "lamp", shelf: 7 }))
        .tool("pay", fail, () => ({ code: "CARD_DECLINED", message: "The card was declined." }), {
          dependencies: ["reserve"],
        }),
    {
      compensate: {
        reserve: (list) =>
          list.tool("release", echo({ shelf: z.number() }), ({ reserve }) => ({ shelf: reserve.shelf })),
      },
      catch: {
        codes: ["CARD_DECLINED"],
        body: (list) =>
          list.tool("keep_open", echo({ status: z.string(), why: z.string() }), ({ error }) => ({
            status: "open",
            why: error.message,
          })),
      },
      finally: (list) =>
        list.tool("log", echo({ text: z.string() }), ({ error }) => ({
          text: cel<string>`${error} == null ? "paid" : ${error.code}`,
        })),
      timeoutSeconds: 60,
    },
  )
  .outputs(({ order }) => ({ status: order.output.status, code: order.error.code }))
  .build();

export const wait = workflow("wait")
  .tool("shop", signal, () => ({ name: "paid", payload: { amount: 12 } }))
  .wait("payment", { signal: "paid", payload: z.object({ amount: z.number() }), timeoutSeconds: 3600 })
  .wait("review", { signal: "reviewed", seconds: 1 }, { dependencies: ["payment"] })
  .tool(
    "reminder",
    echo({ text: z.string() }),
    ({ payment }) => ({ text: t`How do you like what you bought for ${payment.payload.amount} €?` }),
    { when: ({ review }) => cel`${review.signal} == null` },
  )
  .outputs(({ payment, reminder }) => ({ paid: payment.payload.amount, reminder: reminder.text }))
  .build();

export const end = workflow("end", { inputs: z.object({ orders: z.array(z.string()).default([]) }) })
  .end(
    "nothing",
    { status: "completed", output: { shipped: 0, note: "No orders today." } },
    { when: ({ inputs }) => cel`size(${inputs.orders}) == 0` },
  )
  .loop(
    "ship",
    ({ inputs }) => inputs.orders,
    (body) => body.tool("parcel", echo({ order: z.string() }), ({ item }) => ({ order: item })),
    { dependencies: ["nothing"], join: "ended" },
  )
  .outputs(({ ship }) => ({ shipped: cel`size(${ship})`, note: "All shipped." }))
  .build();

export const code = workflow("code")
  .code("lengths", {
    language: "javascript",
    input: () => ({ words: ["ice", "water", "steam"] }),
    code: "return input.words.map((word) => word.length);",
    limits: { wallMs: 5000 },
    output: z.array(z.number()),
  })
  .outputs(({ lengths }) => ({ lengths }))
  .build();

export const human = workflow("human")
  .human("discount", {
    promptMessage: () => "What discount does the lamp get, in percent?",
    approvalType: "input",
    responseSchema: z.object({ percent: z.number() }),
    timeoutSeconds: 1,
    onTimeout: { output: () => ({ percent: 0 }) },
  })
  .outputs(({ discount }) => ({ percent: discount.response.percent, timedOut: discount.timedOut }))
  .build();

export const monitor = workflow("monitor")
  .loop(
    "work",
    () => cel<readonly number[]>`[1, 2, 3]`,
    (body) => body.tool("step", echo({ n: z.number() }), ({ item }) => ({ n: item })),
  )
  .monitor("progress", {
    watch: ["work"],
    metricExpression: ({ metrics }) => cel`${metrics.nodesCompleted} >= 2`,
    checkIntervalSeconds: 1,
    actionOnTrigger: "alert",
    alertChannels: ["log"],
  })
  .outputs(({ progress }) => ({ triggered: progress.triggered, triggerCount: progress.triggerCount }))
  .build();

export const swarm = workflow("swarm")
  .swarm("purchase", {
    strategy: "consensus",
    task: () => ({ product: "lamp" }),
    agents: [
      { agent: buyer, role: "thrifty", config: { shop: "Second Hand", price: 5 } },
      { agent: buyer, role: "generous", config: { shop: "Design House", price: 80 } },
    ],
    consensusThreshold: 0.75,
    maxRounds: 3,
  })
  .outputs(({ purchase }) => ({
    result: purchase.result,
    rounds: purchase.rounds,
    converged: purchase.converged,
  }))
  .build();
