import {
  IceError,
  schemaVersion,
  type AgentDefinition,
  type BlueprintInput,
  type ChildNode,
  type Json,
  type NodeDefinition,
  type SchemaInput,
  type ToolDefinition,
  type ToolSchema,
} from "@ice/core";
import type { z } from "zod";
import {
  agentFields,
  codeFields,
  humanFields,
  llmFields,
  type AgentOptions,
  type CodeConfig,
  type HumanConfig,
  type InlineAgent,
  type LlmConfig,
  type MonitorConfig,
} from "./node-configs.ts";
import {
  loopFields,
  recursiveFields,
  swarmFields,
  type Iteration,
  type LoopOptions,
  type ParallelOptions,
  type RecursiveOptions,
  type Repeated,
  type RepeatedAgent,
  type RepeatedSiblings,
  type RepeatedWorkflow,
  type SwarmOptions,
} from "./container-options.ts";
import { nodeOf, type NodeOptions } from "./node-options.ts";
import type {
  AgentOutput,
  ConditionOutput,
  HumanOutput,
  LlmOutput,
  MonitorOutput,
  OutputOf,
  ParallelOutput,
  RecursiveOutput,
  SwarmOutput,
} from "./outputs.ts";
import { scopeRefs, type Expr, type OnlyKeysOf, type Refs, type Templated } from "./ref.ts";
import { toCel, toTemplate } from "./templates.ts";
import { writeConfig } from "./write-config.ts";

/** A finished list of nodes, as callbacks return it. */
export interface NodesOf<out Own, out Last> {
  readonly nodes: readonly ChildNode[];
  /** Types only: outputs of the list's own nodes, and of its last one. */
  readonly own?: Own;
  readonly last?: Last;
}

/** A blueprint without its nodes. */
export type Envelope = Omit<BlueprintInput, "nodes">;

/**
 * One more name. It is always written `Visible & Named<…>`: an alias for the whole would hold the one before it, and the
 * compiler fails on a hundred of them inside one another.
 */
type Named<Id extends string, Output> = { readonly [Name in Id]: Output };
type Repeating<Visible, Own, Id extends string, State> = NodeList<
  Visible & Named<Id, RecursiveOutput<State>>,
  Own & Named<Id, RecursiveOutput<State>>,
  RecursiveOutput<State>
>;
type Body<Visible, Own, Last> = (body: NodeList<Visible, object, null>) => NodesOf<Own, Last>;

/**
 * A list of nodes: the top level of a workflow, a body, a path or a branch. Each method returns a new list with one more node,
 * whose typed output later nodes can refer to. @typeParam Visible - names that callbacks can use, with the types of their values.
 */
export class NodeList<Visible, Own, Last> implements NodesOf<Own, Last> {
  readonly nodes: readonly ChildNode[];
  declare readonly own?: Own;
  declare readonly last?: Last;

  readonly #envelope: Envelope | undefined;

  /** @param envelope - the blueprint without its nodes; only for the list of the top level. */
  constructor(nodes: readonly ChildNode[] = [], envelope?: Envelope) {
    this.nodes = nodes;
    this.#envelope = envelope;
  }

  /** Adds a call of a tool. Wrong arguments do not compile. */
  tool<Id extends string, Args extends ToolSchema, Output, const Given extends Templated<SchemaInput<Args>>>(
    id: Id,
    tool: ToolDefinition<Args, Output>,
    args: (scope: Refs<Visible>) => Given & OnlyKeysOf<Given, SchemaInput<Args>>,
    options?: NodeOptions<Visible>,
  ): NodeList<Visible & Named<Id, Output>, Own & Named<Id, Output>, Output> {
    return this.#with(nodeOf(id, "tool", { toolName: tool.name, toolArgs: toTemplate(args(scopeRefs())) }, options));
  }

  /** Adds a node of any registered type, by its definition. */
  node<
    Id extends string,
    Definition extends NodeDefinition,
    const Given extends Templated<z.input<Definition["config"]>>,
  >(
    id: Id,
    definition: Definition,
    config: (scope: Refs<Visible>) => Given & OnlyKeysOf<Given, z.input<Definition["config"]>>,
    options?: NodeOptions<Visible>,
  ): NodeList<Visible & Named<Id, OutputOf<Definition>>, Own & Named<Id, OutputOf<Definition>>, OutputOf<Definition>> {
    return this.#with(nodeOf(id, definition.type, writeConfig(definition, config(scopeRefs())), options));
  }

  /** Runs a body once per item; the body can use `item` and `index`. */
  loop<Id extends string, Item, BodyOwn, BodyLast, Entry = BodyLast>(
    id: Id,
    items: (scope: Refs<Visible>) => Expr<readonly Item[]>,
    body: Body<Visible & { readonly item: Item; readonly index: number }, BodyOwn, BodyLast>,
    options: LoopOptions<Visible, Visible & BodyOwn & { readonly item: Item; readonly index: number }, Entry> = {},
  ): NodeList<Visible & Named<Id, Entry[]>, Own & Named<Id, Entry[]>, Entry[]> {
    const [fields, rest] = loopFields(options);
    const itemsSource = toCel(items(scopeRefs()));
    return this.#with(nodeOf(id, "loop", { itemsSource, body: body(new NodeList()).nodes, ...fields }, rest));
  }

  /** Runs one of two paths. */
  condition<Id extends string, Then, Otherwise = object>(
    id: Id,
    expression: (scope: Refs<Visible>) => Expr<unknown>,
    paths: {
      readonly truePath: Body<Visible, Then, unknown>;
      readonly falsePath?: Body<Visible, Otherwise, unknown> | undefined;
    },
    options?: NodeOptions<Visible>,
  ): NodeList<
    Visible & Named<Id, ConditionOutput<Then & Otherwise>>,
    Own & Named<Id, ConditionOutput<Then & Otherwise>>,
    ConditionOutput<Then & Otherwise>
  > {
    const fields = {
      expression: toCel(expression(scopeRefs())),
      truePath: paths.truePath(new NodeList()).nodes,
      falsePath: paths.falsePath?.(new NodeList()).nodes,
    };
    return this.#with(nodeOf(id, "condition", fields, options));
  }

  /** Runs branches concurrently; the output maps the ids of all their nodes to their outputs. */
  parallel<Id extends string, Outputs extends readonly object[]>(
    id: Id,
    branches: { readonly [Index in keyof Outputs]: Body<Visible, Outputs[Index], unknown> },
    options: ParallelOptions<Visible> = {},
  ): NodeList<
    Visible & Named<Id, ParallelOutput<Outputs>>,
    Own & Named<Id, ParallelOutput<Outputs>>,
    ParallelOutput<Outputs>
  > {
    const { maxConcurrency, settle, ...rest } = options;
    const lists = (branches as readonly Body<Visible, object, unknown>[]).map((branch) => branch(new NodeList()).nodes);
    return this.#with(nodeOf(id, "parallel", { branches: lists, maxConcurrency, settle }, rest));
  }

  /** Runs another workflow: `name`, `name@version` or `./file.yaml`. */
  workflow<Id extends string, Output = unknown>(
    id: Id,
    workflowRef: string,
    inputs: (scope: Refs<Visible>) => object = () => ({}),
    options?: NodeOptions<Visible>,
  ): NodeList<Visible & Named<Id, Output>, Own & Named<Id, Output>, Output> {
    return this.#with(nodeOf(id, "workflow", { workflowRef, inputs: toTemplate(inputs(scopeRefs())) }, options));
  }

  /** Repeats a body, which can use `state` and `iteration`, until a condition over the new state is true. */
  recursive<Id extends string, State, BodyOwn>(
    id: Id,
    options: RecursiveOptions<Visible, State, Visible & BodyOwn>,
    body: Body<Visible & Iteration<State>, BodyOwn, State>,
  ): Repeating<Visible, Own, Id, State>;
  /** Repeats another workflow or an agent; its output is the new state. */
  recursive<Id extends string, State>(
    id: Id,
    options: RecursiveOptions<Visible, State> & (RepeatedWorkflow<Visible, State> | RepeatedAgent),
  ): Repeating<Visible, Own, Id, State>;
  /** Repeats the nodes from here to later siblings, which can use `state` and `iteration`; nodes after them cannot. */
  recursive<Id extends string, State>(
    id: Id,
    options: RecursiveOptions<Visible, State> & RepeatedSiblings,
  ): Repeating<Visible & Iteration<State>, Own, Id, State>;
  recursive(
    id: string,
    options: RecursiveOptions<Visible, unknown> & Repeated<Visible>,
    body?: Body<Visible & Iteration<unknown>, object, unknown>,
  ): unknown {
    const [fields, rest] = recursiveFields(options);
    return this.#with(nodeOf(id, "recursive", { ...fields, body: body?.(new NodeList()).nodes }, rest));
  }

  /** Requests an answer from a person and waits for it. */
  human<Id extends string, const Choice extends string = string, Response extends z.ZodType = z.ZodUnknown>(
    id: Id,
    config: HumanConfig<Visible, Choice, Response>,
    options?: Omit<NodeOptions<Visible>, "timeoutSeconds" | "retryPolicy">,
  ): NodeList<
    Visible & Named<Id, HumanOutput<Choice, z.input<Response>>>,
    Own & Named<Id, HumanOutput<Choice, z.input<Response>>>,
    HumanOutput<Choice, z.input<Response>>
  > {
    return this.#with(nodeOf(id, "human", humanFields(config), options));
  }

  /** Observes metrics of the run while other nodes run. */
  monitor<Id extends string>(
    id: Id,
    config: MonitorConfig<Visible>,
    options?: NodeOptions<Visible>,
  ): NodeList<Visible & Named<Id, MonitorOutput>, Own & Named<Id, MonitorOutput>, MonitorOutput> {
    const { metricExpression, ...rest } = config;
    return this.#with(
      nodeOf(id, "monitor", { metricExpression: toCel(metricExpression(scopeRefs())), ...rest }, options),
    );
  }

  /** Runs code, or a WebAssembly component, in the sandbox. With the schema `output`, its result is typed and checked. */
  code<Id extends string, Output extends z.ZodType = z.ZodUnknown>(
    id: Id,
    config: CodeConfig<Visible, Output>,
    options?: NodeOptions<Visible>,
  ): NodeList<Visible & Named<Id, z.input<Output>>, Own & Named<Id, z.input<Output>>, z.input<Output>> {
    return this.#with(nodeOf(id, "code", codeFields(config), options));
  }

  /** Runs an agent: a registered one, or one on a model that is described here. */
  agent<Id extends string>(
    id: Id,
    agent: string | AgentDefinition | InlineAgent<Visible>,
    input: (scope: Refs<Visible>) => unknown,
    options: AgentOptions<Visible> = {},
  ): NodeList<Visible & Named<Id, AgentOutput>, Own & Named<Id, AgentOutput>, AgentOutput> {
    const [fields, rest] = agentFields(agent, input, options);
    return this.#with(nodeOf(id, "agent", fields, rest));
  }

  /** Runs several agents on one task. */
  swarm<Id extends string>(
    id: Id,
    options: SwarmOptions<Visible>,
  ): NodeList<Visible & Named<Id, SwarmOutput>, Own & Named<Id, SwarmOutput>, SwarmOutput> {
    const [fields, rest] = swarmFields(options);
    return this.#with(nodeOf(id, "swarm", fields, rest));
  }

  /** Calls a language model once. With a schema, `object` of its output is typed. */
  llm<Id extends string, Answer extends z.ZodType = z.ZodUnknown>(
    id: Id,
    config: LlmConfig<Visible, Answer>,
    options?: NodeOptions<Visible>,
  ): NodeList<
    Visible & Named<Id, LlmOutput<z.output<Answer>>>,
    Own & Named<Id, LlmOutput<z.output<Answer>>>,
    LlmOutput<z.output<Answer>>
  > {
    return this.#with(nodeOf(id, "llm", llmFields(config), options));
  }

  /** Declares the outputs of the workflow. Default: every completed top-level node by id. */
  outputs(outputs: (scope: Refs<Visible>) => Readonly<Record<string, unknown>>): NodeList<Visible, Own, Last> {
    const declared = toTemplate(outputs(scopeRefs())) as Readonly<Record<string, Json>>;
    return new NodeList(this.nodes, { ...this.#top(), outputs: declared });
  }

  /** The blueprint as plain data, in which references have become CEL. `save` writes it to a file, `new Workflow` runs it. */
  build(): BlueprintInput {
    return { schemaVersion, ...this.#top(), nodes: this.nodes as unknown as BlueprintInput["nodes"] };
  }

  #top(): Envelope {
    if (this.#envelope !== undefined) return this.#envelope;
    throw new IceError(
      "ICE_BLUEPRINT_SCHEMA",
      "A body, path or branch is not a workflow: it has no outputs and cannot be built.",
      { fix: "return the list from the callback, and call build() on the workflow" },
    );
  }

  // A new list, so that one list can be the start of several others. Only the types know what is added.
  #with<Next>(node: ChildNode): Next {
    return new NodeList([...this.nodes, node], this.#envelope) as unknown as Next;
  }
}
