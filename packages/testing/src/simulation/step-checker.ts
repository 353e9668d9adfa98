import type { JournalRecord, Json, ModelRequest, RunEvent, ToolContext } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import type { Report } from "./report.ts";

/**
 * Checks what is recorded inside attempts, across the processes of one run: no recorded answer is asked for again, no finished call
 * of a tool runs again, an answer is durable before its calls start, and results are before the next request.
 */
export class StepChecker {
  readonly #report: Report;
  /** Requests to models, of all processes. */
  requests = 0;
  /** Answers of models that are durable, and void ones too. */
  answers = 0;
  /** Calls of the tool of models. */
  calls = 0;
  readonly #contents = new Set<string>();
  /** Durable steps, without those that a later attempt of a container voided, by path and key. */
  readonly #steps = new Map<string, Set<string>>();
  /** Numbers of the requests whose answers are durable. */
  readonly #answered = new Set<number>();
  /** Keys of the calls whose results are durable, and those that a later attempt of a container does not void, by path. */
  readonly #results = new Set<string>();
  readonly #finished = new Map<string, string>();
  readonly #attempts = new Map<string, { readonly path: string; readonly attempt: number }>();
  /** Paths with a request that has neither failed nor been recorded, in this process: how many answers were durable before it. */
  readonly #asking = new Map<string, Map<Json, number>>();

  readonly #onStart: (path: string) => void;

  /** @param onStart - called when a model's tool is called. */
  constructor(report: Report, onStart: (path: string) => void) {
    this.#report = report;
    this.#onStart = onStart;
  }

  reportViolation(violation: string): void {
    this.#report.violation(violation);
  }

  onRequest({ messages }: ModelRequest, content: string): { readonly number: number; readonly isFirst: boolean } {
    this.requests += 1;
    this.#report.log.push(`request ${this.requests} ${content.length}`);
    for (const message of messages) {
      if (message.role === "assistant" && !this.#answered.has(message.state?.data as number))
        this.reportViolation(`a request continues answer ${String(message.state?.data)}, which is not durable`);
      if (message.role !== "tool") continue;
      for (const { result } of message.results) {
        const call = callOf(result);
        if (call !== undefined && !this.#results.has(call))
          this.reportViolation(`a request holds the result of a call that is not durable: ${call}`);
      }
    }
    const isFirst = !this.#contents.has(content);
    this.#contents.add(content);
    return { number: this.requests, isFirst };
  }

  /** Called when a model's tool is called. @returns what is called when it has ended. */
  onCall({ path, attempt, idempotencyKey }: ToolContext): () => void {
    this.#report.log.push(`call step ${path} attempt ${attempt} ${idempotencyKey}`);
    this.calls += 1;
    this.#report.running += 1;
    this.#onStart(path);
    if (this.#finished.has(idempotencyKey)) this.reportViolation(`${path} runs a finished call again`);
    if (![...(this.#steps.get(path) ?? [])].some((key) => /(^|\/)m\d+$/.test(key)))
      this.reportViolation(`${path} calls a tool before an answer is durable`);
    const last = this.#attempts.get(idempotencyKey)?.attempt ?? 0;
    if (attempt <= last) this.reportViolation(`${path} repeats a call with attempt ${attempt} after ${last}`);
    this.#attempts.set(idempotencyKey, { path, attempt });
    return () => {
      this.#report.running -= 1;
    };
  }

  onAppend(record: JournalRecord): void {
    if (record.kind === "attemptFailed" && record.children) this.#forgetAttempts(record.path);
  }

  onDurable(record: JournalRecord): void {
    if (record.kind === "attemptFailed" && record.children) this.#forget(record.path);
    if (record.kind !== "step") return;
    const { path, key, value } = record;
    const known = this.#steps.get(path) ?? new Set();
    if (known.has(key)) this.reportViolation(`${path} records ${key} twice`);
    this.#steps.set(path, known.add(key));
    if (!isPlainObject(value)) return;
    const { state, result } = value;
    if (isPlainObject(state)) {
      this.answers += 1;
      this.#answered.add(state["data"] as number);
    }
    const call = callOf(result);
    if (call === undefined) return;
    this.#results.add(call);
    this.#finished.set(call, path);
  }

  /** A container starts again: it forgets what was recorded at its path and below. The calls of tools have the same keys again. */
  #forget(container: string): void {
    for (const path of this.#steps.keys()) if (isWithin(path, container)) this.#steps.delete(path);
    for (const [call, path] of this.#finished) if (isWithin(path, container)) this.#finished.delete(call);
    this.#forgetAttempts(container);
  }

  #forgetAttempts(container: string): void {
    for (const [call, { path }] of this.#attempts) if (isWithin(path, container)) this.#attempts.delete(call);
    for (const path of this.#asking.keys()) if (isWithin(path, container)) this.#asking.delete(path);
  }

  /** Of an agent, which asks one thing after another: a request is repeated only after it has failed. */
  onEvent({ type, path = "", nodeType, attempt }: RunEvent): void {
    if (nodeType !== "agent" || (type !== "llm.called" && type !== "llm.failed")) return;
    const asking = this.#asking.get(path) ?? new Map<Json, number>();
    this.#asking.set(path, asking);
    const known = [...(this.#steps.get(path) ?? [])].filter((key) => key.startsWith("m")).length;
    const of = attempt ?? 0;
    if (type === "llm.failed") asking.delete(of);
    else if (asking.get(of) === known) this.reportViolation(`${path} asks again for an answer that it has got`);
    else asking.set(of, known);
  }

  /** A process has ended: its pending requests are lost. */
  onCrash(): void {
    this.#asking.clear();
  }
}

const isWithin = (path: string, container: string): boolean =>
  path.startsWith(container) && ["", ".", "["].includes(path.charAt(container.length));

/** The key of the call that a result is of. */
function callOf(result: unknown): string | undefined {
  if (!isPlainObject(result)) return undefined;
  const call = result["call"];
  return typeof call === "string" ? call : undefined;
}
