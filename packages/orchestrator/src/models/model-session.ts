import {
  IceError,
  LanguageModelService,
  type Emit,
  type Json,
  type ModelAnswer,
  type ModelDescription,
  type ModelRequest,
} from "@ice/core";
import type { Activation } from "../run/activation.ts";
import { cleansUp } from "../run/around.ts";
import type { AttemptAbort } from "../run/attempt-abort.ts";
import { toIceError } from "../run/failure.ts";
import type { ModelReservation } from "../run/model-reservations.ts";
import { scrubbed, scrubbedError } from "../run/scrub.ts";
import { countedUsage, tokensOfBytes, type CountedUsage } from "./counted-usage.ts";
import { RequestSize } from "./request-size.ts";
import { TextEvents } from "./text-events.ts";

export interface ModelReply {
  readonly answer: ModelAnswer;
  /** Who answered: `provider/model`. */
  readonly model: string;
  readonly usage: CountedUsage;
}

/** The agent that asks, as events name it. */
export interface Asker {
  /** Name of an agent. */
  readonly agent?: string;
  /** Its role in a swarm; else its name. */
  readonly role?: string;
}

/** After these, the next model of a chain is asked. */
const goesOn = new Set<string>([
  "ICE_MODEL_AUTH",
  "ICE_MODEL_KEY_MISSING",
  "ICE_MODEL_RATE_LIMITED",
  "ICE_MODEL_UNAVAILABLE",
  "ICE_MODEL_ANSWER_INVALID",
]);

/** The requests of one attempt of a node: along chains, within budgets, with events. */
export class ModelSession {
  readonly #activation: Omit<Activation, "config">;
  readonly #asker: Asker;
  /** Of the attempt: a later one has another. */
  readonly #current: AttemptAbort;
  readonly #size = new RequestSize();
  readonly #emit: Emit;

  constructor(activation: Omit<Activation, "config">, asker: Asker = {}) {
    this.#activation = activation;
    this.#asker = asker;
    this.#current = activation.current;
    this.#emit = activation.emit;
  }

  /**
   * Asks a model, or those of a chain one after the other until one answers.
   *
   * @param name - `provider/model` or an alias.
   * @throws IceError `ICE_MODEL_*`: of a chain the last one, with `details.tried`; `ICE_BUDGET_EXCEEDED`, `ICE_PRICE_UNKNOWN`.
   */
  async ask(name: string, request: Omit<ModelRequest, "model">): Promise<ModelReply> {
    const chain = this.#activation.use(LanguageModelService).describe(name);
    const tried: { readonly model: string; readonly code: string }[] = [];
    for (const [position, description] of chain.entries()) {
      const { model } = description;
      const next = chain[position + 1]?.model;
      const call = (this.#activation.modelCalls += 1);
      try {
        return await this.#request(description, call, { ...request, model });
      } catch (thrown) {
        const error = scrubbedError(this.#activation.run.secrets, toIceError(thrown));
        if (this.#current.aborted) throw error;
        const follows = next !== undefined && goesOn.has(error.code) ? next : null;
        tried.push({ model, code: error.code });
        this.#emit("llm.failed", { call, model, code: error.code, next: follows, ...this.#asker });
        if (follows === null) throw tried.length === 1 ? error : withTried(error, tried);
      }
    }
    throw new IceError("ICE_MODEL_UNKNOWN", `The alias "${name}" does not refer to a model.`);
  }

  async #request(description: ModelDescription, call: number, request: ModelRequest): Promise<ModelReply> {
    const { model, missing } = description;
    if (missing !== undefined)
      throw new IceError("ICE_MODEL_KEY_MISSING", missing.message, { fix: missing.fix, details: { model } });
    const requestTokens = (): number => this.#size.tokensOf(request);
    const waits = this.#activation.reserve("llmCalls");
    if (waits !== undefined) await waits;
    const reservation = await this.#reserve(description, request, requestTokens);
    try {
      this.#current.check();
      const { maxTokens } = reservation;
      return await this.#send(description, call, { request: { ...request, maxTokens }, requestTokens });
    } finally {
      reservation.settle();
    }
  }

  async #send(
    description: ModelDescription,
    call: number,
    { request, requestTokens }: { readonly request: ModelRequest; readonly requestTokens: () => number },
  ): Promise<ModelReply> {
    const { run } = this.#activation;
    const { model } = description;
    this.#emit("llm.called", { call, model, ...this.#asker });
    const startedAt = run.clock.now();
    let firstTextAt: number | undefined;
    let textBytes = 0;
    const events = this.#textEvents(call);
    const onText = (text: string): void => {
      firstTextAt ??= run.clock.now();
      textBytes += Buffer.byteLength(text);
      events?.add(text);
    };
    try {
      const given = await this.#activation
        .use(LanguageModelService)
        .generate(request, { signal: this.#current.signal, onText });
      const answer = (await scrubbed(run.secrets, given as unknown as Json, run.pace.slice)) as unknown as ModelAnswer;
      events?.end();
      const usage = countedUsage(answer, description, requestTokens);
      this.#count(usage);
      const { costUsd, ...tokens } = usage;
      this.#emit("llm.completed", {
        call,
        model,
        finishReason: answer.finishReason,
        usage: tokens,
        costUsd: costUsd ?? null,
        durationMs: run.clock.now() - startedAt,
        firstTokenMs: firstTextAt === undefined ? null : firstTextAt - startedAt,
        warnings: answer.warnings,
        ...this.#asker,
      });
      return { answer, model, usage };
    } catch (error) {
      // An answer that breaks off is paid up to there; otherwise retries could use any number of tokens.
      const usage = { outputTokens: tokensOfBytes(textBytes) };
      if (textBytes > 0) this.#count(countedUsage({ text: "", toolCalls: [], usage }, description, requestTokens));
      throw error;
    } finally {
      events?.end();
    }
  }

  #count({ inputTokens, outputTokens, totalTokens, costUsd = 0 }: CountedUsage): void {
    this.#activation.addUsage({ inputTokens, outputTokens, totalTokens, costUsd });
  }

  /** Undefined without a listener. */
  #textEvents(call: number): TextEvents | undefined {
    const { run } = this.#activation;
    if (!run.events.observed) return undefined;
    return new TextEvents({
      send: (text) => this.#emit("llm.tokenStreamed", { call, text, ...this.#asker }),
      setTimer: (ms, fire) => run.setTimer(ms, fire),
      scrubber: run.secrets.scrubParts(),
    });
  }

  #reserve(
    { model, cost }: ModelDescription,
    { maxTokens }: ModelRequest,
    requestTokens: () => number,
  ): ModelReservation | Promise<ModelReservation> {
    const { path, run, scope } = this.#activation;
    const { budget } = scope.frame;
    return budget.boundsModels && !cleansUp(scope)
      ? run.reservations.models.reserve(
          budget,
          { path, model, cost, maxTokens, inputTokens: requestTokens() },
          this.#current.signal,
        )
      : { maxTokens, settle: () => {} };
  }
}

const withTried = (error: IceError, tried: readonly { readonly model: string; readonly code: string }[]): IceError =>
  new IceError(error.code, error.message, {
    fix: error.fix,
    retryAfterMs: error.retryAfterMs,
    retryable: error.retryable,
    cause: error.cause,
    details: { ...error.details, tried },
  });
