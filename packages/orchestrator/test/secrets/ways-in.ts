import {
  defineAgent,
  defineNode,
  definePlugin,
  defineTool,
  IceError,
  LanguageModelService,
  type NodeInput,
} from "@ice/core";
import { z } from "zod";
import type { OrchestratorOptions } from "../../src/index.ts";
import { call, scriptedModels, type Reply } from "../models/scripted-models.ts";

/** A workflow in which a text comes in from outside, at one place. */
export interface WayIn {
  readonly nodes: readonly NodeInput[];
  readonly start: OrchestratorOptions;
  /** What the run does in the end. Default `completed`. */
  readonly status?: "completed" | "failed";
  /** Whether the text is shown in the end. Default true. */
  readonly isShown?: boolean;
}

const tool = (id: string, more: object = {}): NodeInput =>
  ({ id, type: "tool", toolName: "outside", ...more }) as NodeInput;
const outside = (run: Parameters<typeof defineTool>[0]["run"]): OrchestratorOptions => ({
  tools: [defineTool({ name: "outside", args: z.object({}), run }) as never],
});
const agent = (
  run: Parameters<typeof defineAgent>[0] extends infer T ? (T extends { run: infer R } ? R : never) : never,
) => ({
  agents: [defineAgent({ name: "helper", tools: ["outside"], run })],
});
const models = (...replies: Reply[]): OrchestratorOptions => ({
  plugins: [
    definePlugin({
      name: "scripted",
      apiVersion: 1,
      setup: (host) => host.provide(LanguageModelService, scriptedModels(replies)),
    })(),
  ],
});
const foreign = (execute: (context: { emit(type: string, data: object): void }) => unknown): OrchestratorOptions => ({
  plugins: [
    definePlugin({
      name: "foreign",
      apiVersion: 1,
      setup: (host) =>
        host.registerNode(defineNode({ type: "foreign", description: "x", config: z.object({}) }), execute as never),
    })(),
  ],
});
const foreignNode = { id: "a", type: "foreign" } as unknown as NodeInput;
const llm = { id: "a", type: "llm", model: "x/m", prompt: "hi" } as NodeInput;
const withTool = { id: "a", type: "agent", model: "x/m", input: "hi", tools: ["outside"] } as NodeInput;

function thrown(error: unknown): never {
  throw error;
}

/** Every place at which a text may come into a run. */
export const waysIn: Readonly<Record<string, (text: string) => WayIn>> = {
  "a result of a tool": (text) => ({ nodes: [tool("a")], start: outside(() => ({ list: [1, { deep: text }] })) }),
  "a key of a result": (text) => ({ nodes: [tool("a")], start: outside(() => ({ [text]: { [text]: 1 } })) }),
  "progress of a tool": (text) => ({
    nodes: [tool("a")],
    start: outside((_, { progress }) => {
      progress({ text, list: [text] });
      return 1;
    }),
  }),
  "an error of a tool": (text) => ({
    nodes: [tool("a")],
    start: outside(() =>
      thrown(new IceError("X_FAILED", `message ${text}`, { fix: `fix ${text}`, details: { text, deep: [{ text }] } })),
    ),
    status: "failed",
  }),
  "a foreign error, its cause and its fields": (text) => ({
    nodes: [tool("a")],
    start: outside(() =>
      thrown(
        Object.assign(new Error("request failed", { cause: new TypeError(text) }), { config: { headers: { text } } }),
      ),
    ),
    status: "failed",
    isShown: false,
  }),
  "a text that is thrown": (text) => ({ nodes: [tool("a")], start: outside(() => thrown(text)), status: "failed" }),
  "an error that is retried": (text) => ({
    nodes: [tool("a", { retryPolicy: { maxAttempts: 2, backoffSeconds: 0 } })],
    start: outside((_, { attempt }) => (attempt === 1 ? thrown(new Error(text)) : 1)),
  }),
  "an error that is ignored": (text) => ({
    nodes: [tool("a", { onError: "skip" })],
    start: outside(() => thrown(new Error(text))),
  }),
  "an error of which a fallback is made": (text) => ({
    nodes: [tool("a", { onError: { output: "{{ error.message }}" } })],
    start: outside(() => thrown(new Error(text))),
  }),
  "a result in a loop, and what is made of it": (text) => ({
    nodes: [
      { id: "a", type: "loop", itemsSource: "inputs.two", body: [tool("b")] } as unknown as NodeInput,
      { id: "c", type: "tool", toolName: "echo", dependencies: ["a"], toolArgs: { all: "{{ a }}" } } as NodeInput,
    ],
    start: outside(() => text),
  }),
  "a result of a node type": (text) => ({ nodes: [foreignNode], start: foreign(() => ({ text })) }),
  "a late result of a node type": (text) => ({ nodes: [foreignNode], start: foreign(async () => ({ text })) }),
  "an event of a node type": (text) => ({
    nodes: [foreignNode],
    start: foreign(({ emit }) => {
      emit("foreign.happened", { text });
      return 1;
    }),
  }),
  "an error of a node type": (text) => ({
    nodes: [foreignNode],
    start: foreign(() => thrown(new Error(text))),
    status: "failed",
  }),
  "what an agent returns and reports": (text) => ({
    nodes: [{ id: "a", type: "agent", package: "helper", input: 1, memory: { thread: "t" } } as NodeInput],
    start: agent(({ step }) => {
      step({ text });
      return { text };
    }),
  }),
  "what an agent remembers for other runs": (text) => ({
    nodes: [
      { id: "a", type: "agent", package: "helper", input: 1, memory: { thread: "t", scope: "store" } } as NodeInput,
    ],
    start: agent(() => ({ text, [text]: 1 })),
  }),
  "what a model, its calls and their results leave in memory": (text) => ({
    nodes: [{ ...withTool, memory: { thread: "t", scope: "store" } } as NodeInput],
    start: {
      ...models(
        { text, toolCalls: [call("outside", { said: text }, text)], state: { provider: "x", data: { [text]: text } } },
        { text },
      ),
      ...outside(() => ({ [text]: text })),
    },
  }),
  "an error of an agent": (text) => ({
    nodes: [{ id: "a", type: "agent", package: "helper", input: 1 } as NodeInput],
    start: agent(() => thrown(new Error(text))),
    status: "failed",
  }),
  "a result that an agent gets": (text) => ({
    nodes: [{ id: "a", type: "agent", package: "helper", input: 1 } as NodeInput],
    start: {
      ...outside(() => text),
      ...agent(async ({ callTool }) =>
        String(await callTool("outside", {}, { key: "k" }))
          .split("")
          .toReversed()
          .join(""),
      ),
    },
  }),
  "what a member of a swarm says": (text) => ({
    nodes: [
      {
        id: "a",
        type: "swarm",
        task: "t",
        coordinationStrategy: "hierarchical",
        agents: ["x", "y"].map((role) => ({ package: "helper", role })),
      } as unknown as NodeInput,
    ],
    start: agent(() => text),
  }),
  "an answer of a model": (text) => ({ nodes: [llm], start: models({ text: `It is ${text}.`, warnings: [text] }) }),
  "an answer of a model in parts": (text) => ({
    nodes: [llm],
    start: models(async (_, { onText }) => {
      for (const part of `It is ${text}!`) {
        onText?.(part);
        await new Promise((resolve) => setTimeout(resolve, part.charCodeAt(0) % 4 === 0 ? 20 : 0));
      }
      return { text: "done" };
    }),
  }),
  "an error of a model": (text) => ({
    nodes: [llm],
    start: models(new IceError("ICE_MODEL_AUTH", `wrong key ${text}`, { cause: new Error(text), details: { text } })),
    status: "failed",
  }),
  "the call of a tool by a model, and its result": (text) => ({
    nodes: [withTool],
    start: {
      ...models(
        {
          toolCalls: [call("outside", { said: text }), call(text, "no JSON", text)],
          state: { provider: "x", data: { text } },
        },
        { text: "done" },
      ),
      ...outside(() => ({ text })),
    },
  }),
  "an error of a tool that a model called": (text) => ({
    nodes: [withTool],
    start: {
      ...models({ toolCalls: [call("outside", {})] }, { text: "done" }),
      ...outside(() => thrown(new Error(text))),
    },
  }),
  "a result that code gets, turned round and written": (text) => ({
    nodes: [
      {
        id: "a",
        type: "code",
        language: "javascript",
        code: `const got = await tools.call("outside", {}); console.log(got);
          return [got, [...got].reverse().join("")];`,
        grants: { tools: ["outside"] },
      } as unknown as NodeInput,
    ],
    start: outside(() => text),
  }),
  "an error that code gets": (text) => ({
    nodes: [
      {
        id: "a",
        type: "code",
        language: "javascript",
        code: `try { await tools.call("outside", {}); } catch (error) { throw new Error([...error.message].reverse().join("") + error.message); }`,
        grants: { tools: ["outside"] },
      } as unknown as NodeInput,
    ],
    start: outside(() => thrown(new Error(text))),
    status: "failed",
  }),
};
