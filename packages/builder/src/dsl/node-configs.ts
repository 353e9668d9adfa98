import type {
  AgentDefinition,
  ConfigOf,
  JsonObject,
  NodeTypeMap,
  RunMetrics,
  SandboxGrants,
  SandboxLimits,
} from "@ice/core";
import type { z } from "zod";
import type { CallOptions } from "./node-options.ts";
import { scopeRefs, type Expr, type Refs, type Templated, type Text } from "./ref.ts";
import { answerSchemaOf, schemaOf } from "./schema-of.ts";
import { toCel, toTemplate } from "./templates.ts";

type TextOf<Visible> = (scope: Refs<Visible>) => string | Text | Expr<string>;

/** Fields of an `llm` node. With the schema `jsonSchema`, the answer is an object that is checked and typed. */
export type LlmConfig<Visible, Answer extends z.ZodType = z.ZodType> = Omit<
  ConfigOf<NodeTypeMap["llm"]>,
  "model" | "prompt" | "system" | "jsonSchema"
> & {
  /** `provider/model`, or an alias. */
  readonly model: string | TextOf<Visible>;
  readonly prompt: TextOf<Visible>;
  readonly system?: TextOf<Visible>;
  readonly jsonSchema?: Answer | JsonObject;
};

export function llmFields<Visible, Answer extends z.ZodType>({
  model,
  prompt,
  system,
  jsonSchema,
  ...rest
}: LlmConfig<Visible, Answer>): Readonly<Record<string, unknown>> {
  return {
    model: textOf(model),
    ...rest,
    prompt: toTemplate(prompt(scopeRefs())),
    system: system && toTemplate(system(scopeRefs())),
    jsonSchema: jsonSchema && isSchema(jsonSchema) ? answerSchemaOf(jsonSchema) : jsonSchema,
  };
}

/** Not by its class: a program may have another copy of zod. */
const isSchema = (schema: z.ZodType | JsonObject): schema is z.ZodType => "_zod" in schema;

/** Plain text, or text with references. */
const textOf = <Visible>(text: string | TextOf<Visible>): unknown =>
  typeof text === "string" ? text : toTemplate(text(scopeRefs()));

/** An agent on a model that the node describes itself. */
export interface InlineAgent<Visible> {
  /** `provider/model`, or an alias. */
  readonly model: string | TextOf<Visible>;
  readonly system?: TextOf<Visible>;
  /** Tools that the model may call, or their names. Default none. */
  readonly tools?: readonly (string | { readonly name: string })[];
}

/** Fields of an agent node, and the options of every node. */
export function agentFields<Visible>(
  agent: string | AgentDefinition | InlineAgent<Visible>,
  input: (scope: Refs<Visible>) => unknown,
  { maxIterations, memory, ...options }: AgentOptions<Visible>,
): [fields: Readonly<Record<string, unknown>>, options: CallOptions<Visible>] {
  const fields = {
    ...whichAgent(agent),
    input: toTemplate(input(scopeRefs())),
    maxIterations,
    memory: memory && { ...memory, thread: textOf(memory.thread) },
  };
  return [fields, options];
}

/** A name, a definition, or a description of an agent on a model. */
function whichAgent<Visible>(
  agent: string | AgentDefinition | InlineAgent<Visible>,
): Readonly<Record<string, unknown>> {
  if (typeof agent === "string") return { package: agent };
  if ("name" in agent) return { package: agent.name };
  const { model, system, tools } = agent;
  return {
    model: textOf(model),
    system: system && toTemplate(system(scopeRefs())),
    tools: tools?.map((tool) => (typeof tool === "string" ? tool : tool.name)),
  };
}

interface HumanBase<Visible, Output> {
  /** The question to the person. */
  readonly promptMessage: TextOf<Visible>;
  /** Deadline of the answer, in seconds. Default none. */
  readonly timeoutSeconds?: number;
  /** Outcome of a missed deadline; `output` becomes the `response`. Default `fail`. */
  readonly onTimeout?:
    | "fail"
    | "reject"
    | { readonly output: (scope: Refs<Visible>) => Templated<Output> }
    | { readonly escalateTo: string; readonly timeoutSeconds: number };
  /** Persons who may answer. Default anyone. */
  readonly assignees?: readonly string[];
}

/** An approval, a choice between at least two options, or an input, whose shape the schema defines. */
export type HumanConfig<Visible, Choice extends string, Response extends z.ZodType> = HumanBase<
  Visible,
  z.input<Response>
> &
  (
    | { readonly approvalType: "approval"; readonly choices?: never; readonly responseSchema?: never }
    | {
        readonly approvalType: "choice";
        readonly choices: readonly [Choice, Choice, ...Choice[]];
        readonly responseSchema?: never;
      }
    | { readonly approvalType: "input"; readonly choices?: never; readonly responseSchema?: Response }
  );

export function humanFields<Visible, Choice extends string, Response extends z.ZodType>(
  config: HumanConfig<Visible, Choice, Response>,
): Readonly<Record<string, unknown>> {
  const { promptMessage, onTimeout, responseSchema, ...rest } = config;
  return {
    promptMessage: toTemplate(promptMessage(scopeRefs())),
    ...rest,
    responseSchema: responseSchema && schemaOf(responseSchema),
    onTimeout:
      typeof onTimeout === "object" && "output" in onTimeout
        ? { output: toTemplate(onTimeout.output(scopeRefs())) }
        : onTimeout && toTemplate(onTimeout),
  };
}

/** Fields of a monitor. */
export interface MonitorConfig<Visible> {
  /** Expression over `metrics` of the run; a change from false to true is a trigger. */
  readonly metricExpression: (scope: Refs<Visible & { readonly metrics: RunMetrics }>) => Expr<unknown>;
  readonly actionOnTrigger: "alert" | "pause" | "abort";
  /** Ids of siblings, including later ones. Default: all that are not monitors and do not depend on it. */
  readonly watch?: readonly string[];
  /** Seconds between two checks. Default 5. */
  readonly checkIntervalSeconds?: number;
  /** Names of registered channels. Default `log`. */
  readonly alertChannels?: readonly string[];
}

export function monitorFields<Visible>({
  metricExpression,
  ...rest
}: MonitorConfig<Visible>): Readonly<Record<string, unknown>> {
  return { metricExpression: toCel(metricExpression(scopeRefs())), ...rest };
}

/** Options of an agent node. */
export interface AgentOptions<Visible> extends CallOptions<Visible> {
  readonly maxIterations?: number;
  readonly memory?: {
    /** Whether the thread lives in the run or in the store. Default `run`. */
    readonly scope?: "run" | "store";
    readonly thread: string | TextOf<Visible>;
    readonly maxTurns?: number;
  };
}

/** Code, or a registered WebAssembly component. */
export type CodeConfig<Visible, Output extends z.ZodType> = (
  | {
      readonly language: "javascript" | "typescript" | "python";
      /** Body of a function that reads `input`. */
      readonly code: string;
      readonly component?: never;
    }
  | { readonly language: "component"; readonly component: string; readonly code?: never }
) & {
  /** Value of `input` in the code. Default null. */
  readonly input?: (scope: Refs<Visible>) => unknown;
  /** Becomes the `outputSchema` of the node, so another output fails the node. Default: any JSON. */
  readonly output?: Output;
  readonly limits?: Partial<SandboxLimits>;
  readonly grants?: SandboxGrants;
};

export function codeFields<Visible, Output extends z.ZodType>({
  input,
  output,
  ...rest
}: CodeConfig<Visible, Output>): Readonly<Record<string, unknown>> {
  return {
    ...rest,
    input: input && toTemplate(input(scopeRefs())),
    ...(output && { outputSchema: schemaOf(output) }),
  };
}
