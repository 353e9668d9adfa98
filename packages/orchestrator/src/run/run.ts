import {
  guard,
  type Clock,
  type EventListener,
  type Json,
  type JsonObject,
  type NodeRecord,
  type RunEvent,
  type Runtime,
  type SkipReason,
} from "@ice/core";
import type { Activation } from "./activation.ts";
import { toErrorRecord } from "./failure.ts";
import type { Outcome } from "./outcome.ts";
import type { ScopeRun } from "./scope-run.ts";

export interface RunContext {
  readonly id: string;
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** 0 ≤ x < 1; decides the jitter of retries. */
  readonly random: () => number;
  readonly onEvent?: EventListener | undefined;
}

/** One run: its identity, and what has been recorded of it. Nothing here is shared with another run. */
export class Run {
  readonly id: string;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly random: () => number;
  readonly startedAt: number;
  /** What expressions read as `run`. */
  readonly view: JsonObject;
  retries = 0;
  /** By path, in the order in which the nodes ended. */
  readonly nodes: Record<string, NodeRecord> = {};
  /** Scopes in progress, by the prefix of their paths. */
  readonly scopes = new Map<string, ScopeRun>();
  /** Turns of agents by memory thread; lives as long as the run. */
  readonly memory = new Map<string, { readonly input: Json; readonly output: Json }[]>();
  readonly #onEvent: ((event: RunEvent) => void) | undefined;
  #seq = 0;

  constructor({ id, runtime, clock, random, onEvent }: RunContext) {
    this.id = id;
    this.runtime = runtime;
    this.clock = clock;
    this.random = random;
    this.startedAt = clock.now();
    this.view = Object.freeze({ id, startedAt: this.startedAt });
    this.#onEvent = onEvent === undefined ? undefined : guard(onEvent, "onEvent");
  }

  /** Emits an event of a node, or of the run as a whole. Sequence numbers are given out whether or not anybody listens. */
  emit(type: string, activation: Activation | undefined, data: JsonObject = {}): void {
    this.#seq += 1;
    if (!this.#isListening()) return;
    this.#deliver(type, data, activation?.path, activation?.node.type, activation?.attempt);
  }

  /** The outcome of a node is final: it is recorded before anything that waits for it may start. */
  recordOutcome(activation: Activation, outcome: Outcome): void {
    const { path, node, attempt, startedAt } = activation;
    const endedAt = this.clock.now();
    const { status } = outcome;
    const durationMs = endedAt - startedAt;
    if (status === "completed" && outcome.recovered === undefined) {
      const { output } = outcome;
      this.nodes[path] = { type: node.type, status, attempts: attempt, startedAt, endedAt, durationMs, output };
    } else {
      const error =
        status === "failed"
          ? toErrorRecord(outcome.error)
          : status === "completed"
            ? outcome.recovered
            : status === "skipped"
              ? outcome.error
              : undefined;
      this.nodes[path] = {
        type: node.type,
        status,
        attempts: attempt,
        startedAt,
        endedAt,
        durationMs,
        ...(status === "completed" ? { output: outcome.output, recovered: true } : {}),
        ...(status === "skipped" ? { skipReason: "errorIgnored" as const } : {}),
        ...(error === undefined ? {} : { error }),
      };
    }
    this.#seq += 1;
    if (this.#isListening()) {
      const { error, skipReason, recovered } = this.nodes[path];
      const data = {
        durationMs,
        ...(error && { error: { ...error } }),
        ...(skipReason && { skipReason }),
        ...(recovered && { recovered }),
      };
      this.#deliver(`node.${status}`, data, path, node.type, attempt);
    }
  }

  /** A node that never ran. */
  recordSkipped(path: string, type: string, skipReason: SkipReason): void {
    this.nodes[path] = { type, status: "skipped", attempts: 0, skipReason };
    this.#seq += 1;
    if (this.#isListening()) this.#deliver("node.skipped", { skipReason }, path, type);
  }

  /** A container starts its children afresh: what was recorded below it is superseded. O(records), only on such a retry. */
  forgetBelow(path: string): void {
    for (const key of Object.keys(this.nodes))
      if (key.startsWith(path) && (key[path.length] === "." || key[path.length] === "[")) delete this.nodes[key];
  }

  #isListening(): boolean {
    return this.#onEvent !== undefined || this.runtime.events.active;
  }

  #deliver(type: string, data: JsonObject, path?: string, nodeType?: string, attempt?: number): void {
    const event: RunEvent = {
      type,
      runId: this.id,
      seq: this.#seq,
      at: this.clock.now(),
      ...(path === undefined ? {} : { path }),
      ...(nodeType === undefined ? {} : { nodeType }),
      ...(attempt === undefined ? {} : { attempt }),
      data,
    };
    this.#onEvent?.(event);
    this.runtime.events.emit(event);
  }
}
