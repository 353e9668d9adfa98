import { createRuntime, WorkflowFactory } from "@ice/core";
import { loadText } from "@ice/builder";
import { initializeOrchestrator } from "@ice/orchestrator";
import { timeRounds, type Effort } from "./rounds.ts";

export interface ValidateParameters extends Effort {
  readonly blueprint: keyof typeof texts;
}

export interface ValidateTimes {
  /** Text → data and data → issues and plan, in a new process. */
  readonly firstMs: { readonly parse: number; readonly validate: number };
  /** The same in a warm process, of each round. */
  readonly warmMs: { readonly parse: readonly number[]; readonly validate: readonly number[] };
  readonly bytes: number;
}

/** Reads the text of a blueprint with the builder and validates it with the orchestrator. */
export async function measureValidate({ blueprint, ...effort }: ValidateParameters): Promise<ValidateTimes> {
  const text = texts[blueprint]();
  const bytes = Buffer.byteLength(text);
  const { runtime } = await initializeOrchestrator({ runtime: createRuntime() });
  const factory = runtime.use(WorkflowFactory);
  const format = blueprint === "nodesInJson" ? "json" : "yaml";
  const parse = () => loadText(text, { format, limits: { maxBytes: bytes } });
  const validate = (data: unknown): void => factory.create(data).validate();
  const [data, parseMs] = timed(parse);
  const [, validateMs] = timed(() => validate(data));
  return {
    firstMs: { parse: parseMs, validate: validateMs },
    warmMs: {
      parse: await timeRounds({ run: parse }, effort),
      validate: await timeRounds({ run: () => validate(data) }, effort),
    },
    bytes,
  };
}

function timed<T>(work: () => T): [T, number] {
  const started = performance.now();
  const value = work();
  return [value, performance.now() - started];
}

const texts = {
  /** 10,000 tools, each with an expression that reads an earlier one. */
  nodes: () =>
    [
      "schemaVersion: ice/v1",
      "name: ten-thousand",
      "nodes:",
      ...tools().map(
        ({ id, toolArgs }) => `  - { id: ${id}, type: tool, toolName: echo, toolArgs: { text: "${toolArgs.text}" } }`,
      ),
      "",
    ].join("\n"),
  nodesInJson: () => JSON.stringify({ schemaVersion: "ice/v1", name: "ten-thousand", nodes: tools() }),
  /** 50,000 distinct keys in one map. */
  keys: () =>
    [
      "schemaVersion: ice/v1",
      "name: fifty-thousand",
      "metadata:",
      ...Array.from({ length: 50_000 }, (_, at) => `  key${at}: ${at}`),
      "nodes:",
      "  - { id: hello, type: tool, toolName: echo }",
      "",
    ].join("\n"),
} as const;

const tools = () =>
  Array.from({ length: 10_000 }, (_, at) => ({
    id: `n${at}`,
    type: "tool",
    toolName: "echo",
    toolArgs: { text: at === 0 ? "start" : `after {{ n${(at - 1) >> 1}.text }}` },
  }));
