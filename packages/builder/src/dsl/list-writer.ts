import {
  IceError,
  schemaVersion,
  type AgentDefinition,
  type BlueprintInput,
  type ChildNode,
  type JsonObject,
  type NodeDefinition,
} from "@ice/core";
import type { z } from "zod";
import {
  loopFields,
  parallelFields,
  recursiveFields,
  swarmFields,
  type LoopOptions,
  type ParallelOptions,
  type RecursiveOptions,
  type Repeated,
  type SwarmOptions,
} from "./container-options.ts";
import { endFields, type EndConfig } from "./end-config.ts";
import {
  agentFields,
  codeFields,
  humanFields,
  llmFields,
  monitorFields,
  type AgentOptions,
  type CodeConfig,
  type HumanConfig,
  type InlineAgent,
  type LlmConfig,
  type MonitorConfig,
} from "./node-configs.ts";
import type { NodeList, NodesOf } from "./node-list.ts";
import { nodeOf, type CallOptions, type DetachedOptions } from "./node-options.ts";
import { scopeRefs, type Refs } from "./ref.ts";
import { scopeFields, type ScopeOptions } from "./scope-options.ts";
import { switchCases, type SwitchCase } from "./switch-cases.ts";
import { fieldOf, toCel } from "./templates.ts";
import { waitFields, type WaitConfig } from "./wait-config.ts";
import { writeConfig } from "./write-config.ts";

/** A blueprint without its nodes. */
type Envelope = Omit<BlueprintInput, "nodes">;
/** A callback; the types of `NodeList` know the names that it can use. */
type Callback<Result = unknown> = (scope: Refs<Readonly<Record<string, unknown>>>) => Result;
type Body = (body: ListWriter) => NodesOf<unknown, unknown>;
type Options = CallOptions<unknown>;

/** The methods of a `NodeList`, whose types and documentation stand there. */
type Methods = { readonly [Name in keyof NodeList<unknown, unknown, unknown>]: unknown };

/** Writes the nodes of a list. Each method returns a new list, so that one list can be the start of several others. */
export class ListWriter implements Methods {
  readonly nodes: readonly ChildNode[];
  readonly #envelope: Envelope | undefined;

  /** @param envelope - the blueprint without its nodes; only for the list of the top level. */
  constructor(nodes: readonly ChildNode[] = [], envelope?: Envelope) {
    this.nodes = nodes;
    this.#envelope = envelope;
  }

  tool(id: string, tool: { readonly name: string }, args: Callback, options?: Options): ListWriter {
    return this.#with(nodeOf(id, "tool", { toolName: tool.name, toolArgs: fieldOf(args) }, options));
  }

  node(id: string, definition: NodeDefinition, config: Callback<object>, options?: Options): ListWriter {
    return this.#with(nodeOf(id, definition.type, writeConfig(definition, config(scopeRefs())), options));
  }

  loop(id: string, items: Callback, body: Body, options: LoopOptions<unknown, unknown, unknown> = {}): ListWriter {
    const [fields, rest] = loopFields(options);
    const itemsSource = toCel(items(scopeRefs()));
    return this.#with(nodeOf(id, "loop", { itemsSource, body: nodesIn(body), ...fields }, rest));
  }

  condition(
    id: string,
    expression: Callback,
    { truePath, falsePath }: { readonly truePath: Body; readonly falsePath?: Body | undefined },
    options?: Options,
  ): ListWriter {
    const fields = {
      expression: toCel(expression(scopeRefs())),
      truePath: nodesIn(truePath),
      falsePath: falsePath && nodesIn(falsePath),
    };
    return this.#with(nodeOf(id, "condition", fields, options));
  }

  switch(
    id: string,
    cases: Readonly<Record<string, SwitchCase<unknown, Body>>>,
    otherwise?: Body,
    options?: Options,
  ): ListWriter {
    const fields = { cases: switchCases(cases, nodesIn), otherwise: otherwise && nodesIn(otherwise) };
    return this.#with(nodeOf(id, "switch", fields, options));
  }

  parallel(id: string, branches: readonly Body[], options: ParallelOptions<unknown> = {}): ListWriter {
    const [fields, rest] = parallelFields(options);
    return this.#with(nodeOf(id, "parallel", { branches: branches.map(nodesIn), ...fields }, rest));
  }

  workflow(
    id: string,
    workflowRef: string,
    inputs: Callback = () => ({}),
    { runId, ...options }: Partial<DetachedOptions<unknown>> = {},
  ): ListWriter {
    return this.#with(nodeOf(id, "workflow", { workflowRef, inputs: fieldOf(inputs), runId: fieldOf(runId) }, options));
  }

  scope(id: string, body: Body, options: ScopeOptions<unknown, string, Body, Body, Body> = {}): ListWriter {
    const [fields, rest] = scopeFields(options, nodesIn);
    return this.#with(nodeOf(id, "scope", { body: nodesIn(body), ...fields }, rest));
  }

  wait(id: string, config: WaitConfig<unknown>, options?: Options): ListWriter {
    return this.#with(nodeOf(id, "wait", waitFields(config), options));
  }

  end(id: string, config: EndConfig<unknown>, options?: Options): ListWriter {
    return this.#with(nodeOf(id, "end", endFields(config), options));
  }

  recursive(id: string, options: RecursiveOptions<unknown, unknown> & Repeated<unknown>, body?: Body): ListWriter {
    const [fields, rest] = recursiveFields(options);
    return this.#with(nodeOf(id, "recursive", { ...fields, body: body && nodesIn(body) }, rest));
  }

  human(id: string, config: HumanConfig<unknown, string, z.ZodType>, options?: Options): ListWriter {
    return this.#with(nodeOf(id, "human", humanFields(config), options));
  }

  monitor(id: string, config: MonitorConfig<unknown>, options?: Options): ListWriter {
    return this.#with(nodeOf(id, "monitor", monitorFields(config), options));
  }

  code(id: string, config: CodeConfig<unknown, z.ZodType>, options?: Options): ListWriter {
    return this.#with(nodeOf(id, "code", codeFields(config), options));
  }

  agent(
    id: string,
    agent: string | AgentDefinition | InlineAgent<unknown>,
    input: Callback,
    options: AgentOptions<unknown> = {},
  ): ListWriter {
    const [fields, rest] = agentFields(agent, input, options);
    return this.#with(nodeOf(id, "agent", fields, rest));
  }

  swarm(id: string, options: SwarmOptions<unknown>): ListWriter {
    const [fields, rest] = swarmFields(options);
    return this.#with(nodeOf(id, "swarm", fields, rest));
  }

  llm(id: string, config: LlmConfig<unknown>, options?: Options): ListWriter {
    return this.#with(nodeOf(id, "llm", llmFields(config), options));
  }

  outputs(outputs: Callback): ListWriter {
    return new ListWriter(this.nodes, { ...this.#top(), outputs: fieldOf(outputs) as JsonObject });
  }

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

  #with(node: ChildNode): ListWriter {
    return new ListWriter([...this.nodes, node], this.#envelope);
  }
}

/** The nodes that a callback adds to an empty list. */
const nodesIn = (body: Body): readonly ChildNode[] => body(new ListWriter()).nodes;
