import {
  analyzeBlueprint,
  builtinNodes,
  createRuntime,
  defineTool,
  type BlueprintInput,
  type Runtime,
} from "@ice/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { cel, loadText, save, t, workflow } from "../src/index.ts";

const note = defineTool({ name: "note", args: z.object({ text: z.string() }), run: ({ text }) => text });
const price = defineTool({
  name: "price",
  args: z.object({ cost: z.number() }),
  output: z.object({ total: z.number() }),
  run: ({ cost }) => ({ total: cost }),
});

const runtimeWithTools = (): Runtime => {
  const runtime = createRuntime();
  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: () => null });
  for (const tool of [note, price]) runtime.tools.register(tool.name, tool as never);
  return runtime;
};

const nodesOf = (yaml: string): unknown => loadText(`schemaVersion: ice/v1\nname: w\nnodes:\n${yaml}`).nodes;

/** The nodes of a blueprint, after they were written to a file and read again, too, and what validation reports. */
const written = (blueprint: BlueprintInput): object => ({
  nodes: blueprint.nodes,
  yaml: loadText(save(blueprint)).nodes,
  json: loadText(save(blueprint, { format: "json" }), { format: "json" }).nodes,
  issues: analyzeBlueprint(blueprint, { runtime: runtimeWithTools() }).issues,
});
const writtenAs = (yaml: string): object => {
  const nodes = nodesOf(yaml);
  return { nodes, yaml: nodes, json: nodes, issues: [] };
};

const start = workflow("w", { inputs: z.object({ order: z.string(), cost: z.number() }) });

describe("the builder writes, as its author would in YAML,", () => {
  test("waits for a time, for signals, and for whichever comes first", () => {
    const built = start
      .tool("priced", price, ({ inputs }) => ({ cost: inputs.cost }))
      .wait("pause", { seconds: ({ priced }) => priced.total })
      .wait("morning", { at: "2030-01-31T09:00:00+01:00" }, { name: "Until the morning" })
      .wait("paid", {
        signal: ["card", "cash"],
        payload: z.object({ amount: z.number() }),
        buffer: false,
        timeoutSeconds: 60,
      })
      .wait("either", { signal: ({ inputs }) => t`cancel:${inputs.order}`, seconds: 5 })
      .wait("listed", { signal: ({ inputs }) => ["stop", t`stop:${inputs.order}`] })
      .wait("soon", { at: ({ run }) => cel<number>`${run.startedAt} + 1000` })
      .tool("log", note, ({ paid, either }) => ({ text: t`${paid.payload.amount} by ${paid.signal}, ${either.at}` }))
      .build();
    expect(written(built)).toEqual(
      writtenAs(`
- { id: priced, type: tool, toolName: price, toolArgs: { cost: "{{ inputs.cost }}" } }
- { id: pause, type: wait, seconds: "{{ priced.total }}" }
- { id: morning, type: wait, name: Until the morning, at: "2030-01-31T09:00:00+01:00" }
- id: paid
  type: wait
  signal: [card, cash]
  payloadSchema: { type: object, properties: { amount: { type: number } }, required: [amount] }
  buffer: false
  timeoutSeconds: 60
- { id: either, type: wait, signal: "cancel:{{ inputs.order }}", seconds: 5 }
- { id: listed, type: wait, signal: [stop, "stop:{{ inputs.order }}"] }
- { id: soon, type: wait, at: "{{ run.startedAt + 1000 }}" }
- id: log
  type: tool
  toolName: note
  toolArgs: { text: "{{ paid.payload.amount }} by {{ paid.signal }}, {{ either.at }}" }
`),
    );
  });

  test("a switch, whose cases keep their order", () => {
    const built = start
      .switch(
        "route",
        {
          high: [({ inputs }) => cel`${inputs.cost} > 100`, (path) => path.tool("ask", note, () => ({ text: "?" }))],
          "very low": [
            ({ inputs }) => cel`${inputs.cost} < 1`,
            (path) => path.tool("drop", price, ({ inputs }) => ({ cost: inputs.cost })),
          ],
          free: [() => cel`false`, (path) => path.end("stop", { status: "completed" })],
        },
        (path) => path.tool("go", note, ({ inputs }) => ({ text: inputs.order })),
        { when: ({ inputs }) => cel`${inputs.order} != ""` },
      )
      .switch("alone", {
        only: [({ route }) => cel`${route.case} == "high"`, (path) => path.tool("x", note, () => ({ text: "x" }))],
      })
      .tool("log", price, ({ route }) => ({ cost: route.nodes.drop.total }))
      .build();
    expect(written(built)).toEqual(
      writtenAs(`
- id: route
  type: switch
  when: inputs.order != ""
  cases:
    - { name: high, when: inputs.cost > 100, path: [{ id: ask, type: tool, toolName: note, toolArgs: { text: "?" } }] }
    - name: very low
      when: inputs.cost < 1
      path: [{ id: drop, type: tool, toolName: price, toolArgs: { cost: "{{ inputs.cost }}" } }]
    - { name: free, when: "false", path: [{ id: stop, type: end, status: completed }] }
  otherwise: [{ id: go, type: tool, toolName: note, toolArgs: { text: "{{ inputs.order }}" } }]
- id: alone
  type: switch
  cases:
    - { name: only, when: route.case == "high", path: [{ id: x, type: tool, toolName: note, toolArgs: { text: x } }] }
- { id: log, type: tool, toolName: price, toolArgs: { cost: "{{ route.nodes.drop.total }}" } }
`),
    );
  });

  test("a scope with all of its lists", () => {
    const built = start
      .scope(
        "trip",
        (body) =>
          body
            .tool("hotel", price, ({ inputs }) => ({ cost: inputs.cost }))
            .tool("pay", note, ({ hotel }) => ({ text: t`pay ${hotel.total}` })),
        {
          compensate: {
            hotel: (list) => list.tool("cancel", price, ({ hotel }) => ({ cost: hotel.total })),
          },
          catch: {
            codes: ["CARD_DECLINED"],
            body: (list) => list.tool("sorry", note, ({ error }) => ({ text: error.message })),
          },
          finally: (list) =>
            list.tool("log", note, ({ error }) => ({ text: cel<string>`${error} == null ? "well" : ${error.code}` }), {
              when: ({ nodes }) => cel`has(${nodes.hotel})`,
            }),
          cancelOn: ({ inputs }) => t`cancel:${inputs.order}`,
          cleanupSeconds: 30,
          timeoutSeconds: 5,
          retryPolicy: { maxAttempts: 2 },
        },
      )
      .scope("guarded", (body) => body.tool("a", note, () => ({ text: "a" })), {
        catch: (list) =>
          list.tool("b", note, ({ error, trip }) => ({ text: t`${error.path} ${trip.nodes.hotel.total}` })),
        cancelOn: "stop",
      })
      .scope("plain", (body) => body.tool("c", note, () => ({ text: "c" })))
      .build();
    expect(written(built)).toEqual(
      writtenAs(`
- id: trip
  type: scope
  body:
    - { id: hotel, type: tool, toolName: price, toolArgs: { cost: "{{ inputs.cost }}" } }
    - { id: pay, type: tool, toolName: note, toolArgs: { text: "pay {{ hotel.total }}" } }
  compensate:
    hotel: [{ id: cancel, type: tool, toolName: price, toolArgs: { cost: "{{ hotel.total }}" } }]
  catch:
    codes: [CARD_DECLINED]
    body: [{ id: sorry, type: tool, toolName: note, toolArgs: { text: "{{ error.message }}" } }]
  finally:
    - id: log
      type: tool
      toolName: note
      toolArgs: { text: '{{ error == null ? "well" : error.code }}' }
      when: has(nodes.hotel)
  cancelOn: "cancel:{{ inputs.order }}"
  cleanupSeconds: 30
  timeoutSeconds: 5
  retryPolicy: { maxAttempts: 2 }
- id: guarded
  type: scope
  body: [{ id: a, type: tool, toolName: note, toolArgs: { text: a } }]
  catch:
    body: [{ id: b, type: tool, toolName: note, toolArgs: { text: "{{ error.path }} {{ trip.nodes.hotel.total }}" } }]
  cancelOn: stop
- { id: plain, type: scope, body: [{ id: c, type: tool, toolName: note, toolArgs: { text: c } }] }
`),
    );
  });

  test("ends, with literal texts and with references", () => {
    const built = start
      .end("done", { status: "completed", output: { text: "{{ literal }}" } }, { when: () => cel`false` })
      .end("same", { status: "completed", output: ({ inputs }) => inputs }, { when: () => cel`false` })
      .end("with", { status: "completed", output: ({ inputs }) => ({ n: inputs.cost }) }, { when: () => cel`false` })
      .end("out", { status: "failed", code: "SOLD_OUT", message: ({ inputs }) => t`No ${inputs.order}` })
      .end("plain", { status: "failed", message: "{{ literal }}" })
      .build();
    expect(written(built)).toEqual(
      writtenAs(`
- { id: done, type: end, when: "false", status: completed, output: { text: '{{ "{{" }} literal }}' } }
- { id: same, type: end, when: "false", status: completed, output: "{{ inputs }}" }
- { id: with, type: end, when: "false", status: completed, output: { n: "{{ inputs.cost }}" } }
- { id: out, type: end, status: failed, code: SOLD_OUT, message: "No {{ inputs.order }}" }
- { id: plain, type: end, status: failed, message: '{{ "{{" }} literal }}' }
`),
    );
  });

  test("caches, and loops that settle early", () => {
    const built = start
      .tool("a", price, () => ({ cost: 1 }), { cache: { ttlSeconds: 60, key: ({ inputs }) => ({ of: inputs.order }) } })
      .tool("b", price, () => ({ cost: 1 }), { cache: { ttlSeconds: 60, key: "{{ v1 }}" } })
      .tool("c", price, () => ({ cost: 1 }), { cache: { ttlSeconds: 60 } })
      .loop(
        "first",
        () => cel<readonly number[]>`[1, 2]`,
        (body) => body.tool("one", price, ({ item }) => ({ cost: item })),
        { parallel: true, settle: { atLeast: 1 } },
      )
      .build();
    const same = "type: tool, toolName: price, toolArgs: { cost: 1 }";
    expect(written(built)).toEqual(
      writtenAs(`
- { id: a, ${same}, cache: { ttlSeconds: 60, key: { of: "{{ inputs.order }}" } } }
- { id: b, ${same}, cache: { ttlSeconds: 60, key: '{{ "{{" }} v1 }}' } }
- { id: c, ${same}, cache: { ttlSeconds: 60 } }
- id: first
  type: loop
  itemsSource: "[1, 2]"
  parallel: true
  settle: { atLeast: 1 }
  body: [{ id: one, type: tool, toolName: price, toolArgs: { cost: "{{ item }}" } }]
`),
    );
  });

  test("workflows that run on their own", () => {
    const { nodes } = start
      .workflow("child", "./child.yaml", undefined, {
        detached: true,
        runId: ({ inputs }) => t`order-${inputs.order}`,
      })
      .workflow("other", "./child.yaml", ({ child }) => ({ of: child.runId }), {
        detached: true,
        runId: "{{ literal }}",
      })
      .build();
    expect(nodes).toEqual(
      nodesOf(`
  - { id: child, type: workflow, workflowRef: ./child.yaml, inputs: {}, detached: true, runId: "order-{{ inputs.order }}" }
  - id: other
    type: workflow
    workflowRef: ./child.yaml
    inputs: { of: "{{ child.runId }}" }
    detached: true
    runId: '{{ "{{" }} literal }}'
`),
    );
  });
});

const path = (list: typeof start) => list.tool("a", note, () => ({ text: "a" }));
const casesOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, [() => cel`true`, path] as const]));

test.each(["0", "7", "4294967294"])("no case of a switch has the name %s, which JavaScript would move", (name) => {
  expect(() => start.switch("s", casesOf(["first", name]) as never)).toThrowError(
    expect.objectContaining({
      code: "ICE_BLUEPRINT_SCHEMA",
      message: expect.stringContaining(`"${name}"`) as string,
      fix: `choose another name, as in "case_${name}"`,
    }),
  );
});

test("other names with digits keep the place where they are written", () => {
  const names = ["b", "01", "-1", "1.5", "a"];
  const { nodes } = start.switch("s", casesOf(names) as never).build();
  expect((nodes[0] as unknown as { cases: { name: string }[] }).cases.map(({ name }) => name)).toEqual(names);
});
