import type { builtinNodes, ConfigOf, Json, JsonObject, RunEventMap } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";
import type { AttemptAbort } from "../../run/attempt-abort.ts";
import { recordedStep } from "../../run/recorded-step.ts";
import { runAgent } from "../agent/run-agent.ts";
import { modelMember, type Phase } from "./model-member.ts";

export type SwarmActivation = BuiltinActivation<typeof builtinNodes.swarm>;
export type Member = ConfigOf<typeof builtinNodes.swarm>["agents"][number];

/** The answer of one member in one phase. */
export interface Utterance extends JsonObject {
  readonly round: number;
  readonly phase: string;
  readonly role: string;
  readonly output: Json;
}

/** The result of a strategy. */
export interface SwarmVerdict {
  readonly result: Json;
  readonly rounds: number;
  /** False if the members did not agree on a result; that is not an error. */
  readonly converged: boolean;
}

/** A role without `/`, which ends the prefix of what a member does itself: else the step of one role could be that of another. */
const inKey = (role: string): string => role.replaceAll("%", "%25").replaceAll("/", "%2F");

/** One execution of a swarm: calls members and keeps the transcript, in the order of the list of members. */
export class SwarmSession {
  readonly activation: SwarmActivation;
  readonly transcript: Utterance[] = [];
  readonly #calls = new Map<string, number>();
  /** Of the attempt: when an answer comes, the next one may have begun. */
  readonly #current: AttemptAbort;

  constructor(activation: SwarmActivation) {
    this.activation = activation;
    this.#current = activation.current;
  }

  get members(): readonly Member[] {
    return this.activation.config.agents;
  }

  get task(): Json {
    return this.activation.config.task;
  }

  /** Calls one member, once in a run, with the phase, the task and `more` as its input. */
  ask(member: Member, round: number, phase: Phase, more: JsonObject = {}): Promise<Json> {
    const { package: name, role, configOverrides: config } = member;
    this.#calls.set(role, (this.#calls.get(role) ?? 0) + 1);
    const { activation } = this;
    const agent = activation.run.runtime.agents.require(name);
    const input = { phase, round, task: this.task, ...more };
    const key = `r${round}.${phase}.${inKey(role)}`;
    const call = async (): Promise<Json> => {
      const roles = this.members.map((one) => one.role);
      const asked =
        "model" in agent
          ? { agent: modelMember(agent, { role, phase, roles, overrides: config }), input: { role, ...input } }
          : { agent, input };
      const { output } = await runAgent(activation, { ...asked, role, config, keyPrefix: `${key}/` });
      return output;
    };
    return recordedStep(activation, key, call, this.#current);
  }

  /** Calls several members concurrently. Their answers are added to the transcript in the order of `members`. */
  async askAll(
    members: readonly Member[],
    round: number,
    phase: Phase,
    more: (member: Member) => JsonObject,
  ): Promise<Json[]> {
    const outputs = await Promise.all(members.map((member) => this.ask(member, round, phase, more(member))));
    for (const [index, output] of outputs.entries()) this.note(round, phase, members[index]!, output);
    return outputs;
  }

  note(round: number, phase: string, { role }: Member, output: Json): void {
    this.transcript.push({ round, phase, role, output });
  }

  roundCompleted(data: RunEventMap["swarm.roundCompleted"]): void {
    this.activation.emit("swarm.roundCompleted", data);
  }

  /** The members, with the number of their calls. */
  summary(): JsonObject[] {
    return this.members.map(({ role, package: name }) => ({ role, package: name, calls: this.#calls.get(role) ?? 0 }));
  }
}
