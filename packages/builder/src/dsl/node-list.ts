import type {
  AgentDefinition,
  BlueprintInput,
  ChildNode,
  NodeDefinition,
  SchemaInput,
  ToolDefinition,
  ToolSchema,
} from "@ice/core";
import type { z } from "zod";
import type {
  Each,
  Iteration,
  LoopOptions,
  ParallelOptions,
  RecursiveOptions,
  RepeatedAgent,
  RepeatedSiblings,
  RepeatedWorkflow,
  Settle,
  SwarmOptions,
} from "./container-options.ts";
import type { EndConfig } from "./end-config.ts";
import type { AgentOptions, CodeConfig, HumanConfig, InlineAgent, LlmConfig, MonitorConfig } from "./node-configs.ts";
import type { CallOptions, DetachedOptions, NodeOptions, WaitOptions } from "./node-options.ts";
import type {
  AgentOutput,
  ConditionOutput,
  EndOutput,
  Entries,
  HumanOutput,
  LlmOutput,
  MonitorOutput,
  OutputOf,
  ParallelOutput,
  PathsOutput,
  RecursiveOutput,
  ScopeError,
  ScopeOutput,
  SwarmOutput,
  SwitchOutput,
  WaitOutput,
} from "./outputs.ts";
import type { Expr, OnlyKeysOf, Refs, Templated } from "./ref.ts";
import type { AfterBody, ScopeOptions } from "./scope-options.ts";
import type { SwitchCase } from "./switch-cases.ts";
import type { SignalDeadline, SignalWait, TimeWait } from "./wait-config.ts";

/** A finished list of nodes, as callbacks return it. */
export interface NodesOf<out Own, out Last> {
  readonly nodes: readonly ChildNode[];
  /** Types only: outputs of the list's own nodes, and of its last one. */
  readonly own?: Own;
  readonly last?: Last;
}

/**
 * One more name. It is always written `Visible & Named<…>`: an alias for the whole would hold the one before it, and the
 * compiler fails on a hundred of them inside one another.
 */
type Named<Id extends string, Output> = { readonly [Name in Id]: Output };
/** The list with one more node. */
type Extended<Visible, Own, Id extends string, Output> = NodeList<
  Visible & Named<Id, Output>,
  Own & Named<Id, Output>,
  Output
>;
type Body<Visible, Own, Last> = (body: NodeList<Visible, object, null>) => NodesOf<Own, Last>;

/**
 * A list of nodes: the top level of a workflow, a body, a path or a branch. Each method returns a new list with one more node,
 * whose typed output later nodes can refer to. @typeParam Visible - names that callbacks can use, with the types of their values.
 */
export interface NodeList<Visible, Own, Last> extends NodesOf<Own, Last> {
  /** Adds a call of a tool. Wrong arguments do not compile. */
  tool<Id extends string, Args extends ToolSchema, Output, const Given extends Templated<SchemaInput<Args>>>(
    id: Id,
    tool: ToolDefinition<Args, Output>,
    args: (scope: Refs<Visible>) => Given & OnlyKeysOf<Given, SchemaInput<Args>>,
    options?: CallOptions<Visible>,
  ): Extended<Visible, Own, Id, Output>;

  /** Adds a node of any registered type, by its definition. */
  node<
    Id extends string,
    Definition extends NodeDefinition,
    const Given extends Templated<z.input<Definition["config"]>>,
  >(
    id: Id,
    definition: Definition,
    config: (scope: Refs<Visible>) => Given & OnlyKeysOf<Given, z.input<Definition["config"]>>,
    options?: CallOptions<Visible>,
  ): Extended<Visible, Own, Id, OutputOf<Definition>>;

  /** Runs a body once per item; the body can use `item` and `index`. */
  loop<Id extends string, Item, BodyOwn, BodyLast, Entry = BodyLast, const Settled extends Settle = "all">(
    id: Id,
    items: (scope: Refs<Visible>) => Expr<readonly Item[]>,
    body: Body<Visible & Each<Item>, BodyOwn, BodyLast>,
    options?: LoopOptions<Visible, Visible & BodyOwn & Each<Item>, Entry, Settled>,
  ): Extended<Visible, Own, Id, Entries<Entry, Settled>>;

  /** Runs one of two paths. */
  condition<Id extends string, Then, Otherwise = object>(
    id: Id,
    expression: (scope: Refs<Visible>) => Expr<unknown>,
    paths: {
      readonly truePath: Body<Visible, Then, unknown>;
      readonly falsePath?: Body<Visible, Otherwise, unknown> | undefined;
    },
    options?: NodeOptions<Visible>,
  ): Extended<Visible, Own, Id, ConditionOutput<Then & Otherwise>>;

  /** Runs the path of the first case whose condition is true, else `otherwise`. */
  switch<Id extends string, Paths extends Readonly<Record<string, object>>, Otherwise = object>(
    id: Id,
    cases: { readonly [Name in keyof Paths]: SwitchCase<Visible, Body<Visible, Paths[Name], unknown>> },
    otherwise?: Body<Visible, Otherwise, unknown>,
    options?: NodeOptions<Visible>,
  ): Extended<Visible, Own, Id, SwitchOutput<keyof Paths & string, PathsOutput<Paths[keyof Paths]> & Otherwise>>;

  /** Runs branches concurrently; the output maps the ids of all their nodes to their outputs. */
  parallel<Id extends string, Outputs extends readonly object[]>(
    id: Id,
    branches: { readonly [Index in keyof Outputs]: Body<Visible, Outputs[Index], unknown> },
    options?: ParallelOptions<Visible>,
  ): Extended<Visible, Own, Id, ParallelOutput<Outputs>>;

  /** Runs another workflow: `name`, `name@version` or `./file.yaml`. */
  workflow<Id extends string, Output = unknown>(
    id: Id,
    workflowRef: string,
    inputs?: (scope: Refs<Visible>) => object,
    options?: CallOptions<Visible>,
  ): Extended<Visible, Own, Id, Output>;
  /** Starts another workflow as a run of its own, and does not wait for it. */
  workflow<Id extends string>(
    id: Id,
    workflowRef: string,
    inputs: ((scope: Refs<Visible>) => object) | undefined,
    options: DetachedOptions<Visible>,
  ): Extended<Visible, Own, Id, { readonly runId: string }>;

  /** Runs a body. After a failure or a stop it compensates the completed nodes, and it cleans up in any case. */
  scope<Id extends string, BodyOwn, BodyLast, CatchOwn = object, CatchLast = never>(
    id: Id,
    body: Body<Visible, BodyOwn, BodyLast>,
    options?: ScopeOptions<
      Visible,
      keyof BodyOwn,
      Body<AfterBody<Visible, BodyOwn>, CatchOwn, CatchLast>,
      Body<AfterBody<Visible, BodyOwn>, object, unknown>,
      Body<AfterBody<Visible, BodyOwn, ScopeError | null>, object, unknown>
    >,
  ): Extended<Visible, Own, Id, ScopeOutput<BodyLast | CatchLast, BodyOwn & CatchOwn>>;

  /** Waits for a signal. */
  wait<Id extends string, const Name extends string, Payload extends z.ZodType = z.ZodUnknown>(
    id: Id,
    config: SignalWait<Visible, Name, Payload> & SignalDeadline,
    options?: WaitOptions<Visible>,
  ): Extended<Visible, Own, Id, WaitOutput<Name, z.input<Payload>>>;
  /** Waits for a time. */
  wait<Id extends string>(
    id: Id,
    config: TimeWait<Visible>,
    options?: WaitOptions<Visible>,
  ): Extended<Visible, Own, Id, WaitOutput<null, null>>;
  /** Waits for a signal or a time, whichever comes first. */
  wait<Id extends string, const Name extends string, Payload extends z.ZodType = z.ZodUnknown>(
    id: Id,
    config: SignalWait<Visible, Name, Payload> & TimeWait<Visible>,
    options?: WaitOptions<Visible>,
  ): Extended<Visible, Own, Id, WaitOutput<Name | null, z.input<Payload> | null>>;

  /** Ends the workflow at once, from any depth. */
  end<Id extends string>(
    id: Id,
    config: EndConfig<Visible>,
    options?: Omit<NodeOptions<Visible>, "retryPolicy">,
  ): Extended<Visible, Own, Id, EndOutput>;

  /** Repeats a body, which can use `state` and `iteration`, until a condition over the new state is true. */
  recursive<Id extends string, State, BodyOwn>(
    id: Id,
    options: RecursiveOptions<Visible, State, Visible & BodyOwn>,
    body: Body<Visible & Iteration<State>, BodyOwn, State>,
  ): Extended<Visible, Own, Id, RecursiveOutput<State>>;
  /** Repeats another workflow or an agent; its output is the new state. */
  recursive<Id extends string, State>(
    id: Id,
    options: RecursiveOptions<Visible, State> & (RepeatedWorkflow<Visible, State> | RepeatedAgent),
  ): Extended<Visible, Own, Id, RecursiveOutput<State>>;
  /** Repeats the nodes from here to later siblings, which can use `state` and `iteration`; nodes after them cannot. */
  recursive<Id extends string, State>(
    id: Id,
    options: RecursiveOptions<Visible, State> & RepeatedSiblings,
  ): Extended<Visible & Iteration<State>, Own, Id, RecursiveOutput<State>>;

  /** Requests an answer from a person and waits for it. */
  human<Id extends string, const Choice extends string = string, Response extends z.ZodType = z.ZodUnknown>(
    id: Id,
    config: HumanConfig<Visible, Choice, Response>,
    options?: WaitOptions<Visible>,
  ): Extended<Visible, Own, Id, HumanOutput<Choice, z.input<Response>>>;

  /** Observes metrics of the run while other nodes run. */
  monitor<Id extends string>(
    id: Id,
    config: MonitorConfig<Visible>,
    options?: NodeOptions<Visible>,
  ): Extended<Visible, Own, Id, MonitorOutput>;

  /** Runs code, or a WebAssembly component, in the sandbox. With the schema `output`, its result is typed and checked. */
  code<Id extends string, Output extends z.ZodType = z.ZodUnknown>(
    id: Id,
    config: CodeConfig<Visible, Output>,
    options?: CallOptions<Visible>,
  ): Extended<Visible, Own, Id, z.input<Output>>;

  /** Runs an agent: a registered one, or one on a model that is described here. */
  agent<Id extends string>(
    id: Id,
    agent: string | AgentDefinition | InlineAgent<Visible>,
    input: (scope: Refs<Visible>) => unknown,
    options?: AgentOptions<Visible>,
  ): Extended<Visible, Own, Id, AgentOutput>;

  /** Runs several agents on one task. */
  swarm<Id extends string>(id: Id, options: SwarmOptions<Visible>): Extended<Visible, Own, Id, SwarmOutput>;

  /** Calls a language model once. With a schema, `object` of its output is typed. */
  llm<Id extends string, Answer extends z.ZodType = z.ZodUnknown>(
    id: Id,
    config: LlmConfig<Visible, Answer>,
    options?: CallOptions<Visible>,
  ): Extended<Visible, Own, Id, LlmOutput<z.output<Answer>>>;

  /** Declares the outputs of the workflow. Default: every completed top-level node by id. */
  outputs(outputs: (scope: Refs<Visible>) => Readonly<Record<string, unknown>>): NodeList<Visible, Own, Last>;

  /** The blueprint as plain data, in which references have become CEL. `save` writes it to a file, `new Workflow` runs it. */
  build(): BlueprintInput;
}
