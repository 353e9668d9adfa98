import {
  IceError,
  type AgentContext,
  type AgentModelAnswer,
  type AgentModelRequest,
  type FunctionAgent,
  type Json,
  type JsonObject,
  type ServiceKey,
  type Usage,
} from "@ice/core";
import { normalizeJson } from "@ice/core/internal";
import type { KeptTurn } from "../../history/kept-turn.ts";
import { countUsage, type UsageCount } from "../../history/usage.ts";
import { ModelSession } from "../../models/model-session.ts";
import { structuredAnswer } from "../../models/structured-answer.ts";
import type { Activation } from "../../run/activation.ts";
import type { AttemptAbort } from "../../run/attempt-abort.ts";
import { recordedStep } from "../../run/recorded-step.ts";
import { scrubbed } from "../../run/scrub.ts";
import { callTool } from "../call-tool.ts";
import { keyedCaller } from "../keyed-caller.ts";

interface CallOptions {
  readonly input: Json;
  readonly config?: JsonObject;
  readonly role: string;
  readonly maxIterations: number;
  readonly keyPrefix: string;
}

/** One call of an agent that is a function: its tools are an allow-list, its steps are bounded, what it returns must be JSON. */
export class FunctionAgentCall {
  readonly #activation: Omit<Activation, "config">;
  readonly #agent: FunctionAgent;
  readonly #options: CallOptions;
  readonly #models: ModelSession;
  /** Of the attempt: a function that continues after its end can do nothing more. */
  readonly #current: AttemptAbort;
  readonly #usage: UsageCount = {};
  readonly #toolCalls: JsonObject[] = [];
  #steps = 0;
  #calls = 0;

  constructor(activation: Omit<Activation, "config">, agent: FunctionAgent, options: CallOptions) {
    this.#activation = activation;
    this.#agent = agent;
    this.#options = options;
    this.#models = new ModelSession(activation, { agent: agent.name, role: options.role });
    this.#current = activation.current;
  }

  async run(history: readonly KeptTurn[]): Promise<{
    readonly output: Json;
    readonly steps: number;
    readonly toolCalls: readonly JsonObject[];
    readonly usage: Partial<Usage>;
  }> {
    const { secrets, pace } = this.#activation.run;
    const answer = normalizeJson(await this.#agent.run(this.#context(history)));
    this.#current.check();
    const output = await scrubbed(secrets, answer, pace.slice);
    return { output, steps: this.#steps, toolCalls: this.#toolCalls, usage: this.#usage };
  }

  #context(history: readonly KeptTurn[]): AgentContext {
    const activation = this.#activation;
    const current = this.#current;
    const { input, config = {}, role } = this.#options;
    return {
      input,
      config,
      role,
      history: history.map((turn) => ({ input: turn.input, output: turn.output })),
      attempt: activation.attempt,
      runId: activation.runId,
      tenant: activation.run.store.tenant,
      path: activation.path,
      get signal() {
        return current.signal;
      },
      callTool: (name, args, { key } = {}) => this.#callTool(name, args, key),
      generate: (request, { key } = {}) => this.#generate(request, key),
      step: (data) => this.#step(data),
      addUsage: (usage) => {
        activation.addUsage(usage);
        for (const [what, amount] of Object.entries(usage)) countUsage(this.#usage, what as keyof Usage, amount);
      },
      use: <T>(key: ServiceKey<T>) => activation.use(key),
    };
  }

  #step(data: JsonObject): void {
    this.#current.check();
    const { name } = this.#agent;
    const { role, maxIterations } = this.#options;
    this.#steps += 1;
    if (this.#steps > maxIterations)
      throw new IceError("ICE_AGENT_LIMIT", `Agent "${name}" took more than ${maxIterations} steps.`, {
        fix: "raise `maxIterations`, or make the agent stop earlier",
        details: { agent: name, maxIterations },
      });
    this.#activation.emit("agent.stepCompleted", { agent: name, role, step: this.#steps, ...data });
  }

  async #callTool(tool: string, args: JsonObject, key: string | undefined): Promise<Json> {
    const { name, tools } = this.#agent;
    if (!tools.includes(tool))
      throw new IceError(
        "ICE_TOOL_UNKNOWN",
        `Agent "${name}" may not call the tool "${tool}". It may call: ${tools.join(", ") || "none"}.`,
        { fix: `add "${tool}" to the agent's \`tools\`` },
      );
    this.#step({ tool });
    this.#calls += 1;
    const { role, keyPrefix } = this.#options;
    const stepKey = key === undefined ? undefined : `${keyPrefix}t=${key}`;
    const caller = keyedCaller(this.#activation, stepKey ?? `${keyPrefix}t${this.#calls}`, { agent: name, role });
    const result = await this.#recorded(stepKey, () => callTool(caller, tool, args));
    this.#toolCalls.push({ tool, args, result });
    return result;
  }

  async #generate(request: AgentModelRequest, key: string | undefined): Promise<AgentModelAnswer> {
    const { model: name, prompt, messages = [], ...rest } = request;
    this.#current.check();
    const asked = prompt === undefined ? messages : [...messages, { role: "user" as const, text: prompt }];
    const stepKey = key === undefined ? undefined : `${this.#options.keyPrefix}m=${key}`;
    const recorded = await this.#recorded(stepKey, async () => {
      const { answer, model, usage } = await this.#models.ask(name, { ...rest, messages: asked });
      const { text, toolCalls, finishReason, state } = answer;
      const structured = toolCalls.length === 0 ? request.jsonSchema : undefined;
      const { slice } = this.#activation.run.pace;
      const object = structured === undefined ? null : await structuredAnswer(answer, structured, model, slice);
      return { text, object, toolCalls, model, finishReason, usage, ...(state && { state }) } as unknown as Json;
    });
    return recorded as unknown as AgentModelAnswer;
  }

  /** Only calls with a key are found again, because a function may make its calls in another order. */
  #recorded(stepKey: string | undefined, work: () => Promise<Json>): Promise<Json> {
    return stepKey === undefined ? work() : recordedStep(this.#activation, stepKey, work, this.#current);
  }
}
