import type { Clock, IceError } from "@ice/core";
import { retryAfterMs } from "@ice/core/internal";
import type { Dispatcher, RequestInit, Response } from "undici";
import { copyOf, modelError, statusError } from "../errors/model-error.ts";
import { filterWords, wordsOf, type Hide } from "../errors/provider-words.ts";
import type { ModelLimits } from "../options/models-options.ts";
import type { Connections } from "./connections.ts";
import { floodWatch } from "./flood-watch.ts";

export interface ExchangeOptions {
  /** `provider/model`, for errors. */
  readonly model: string;
  readonly signal: AbortSignal;
  readonly connections: Connections;
  readonly limits: Required<ModelLimits>;
  readonly clock: Clock;
  /** Replaces the keys that no message may repeat. */
  readonly hide: Hide;
}

/** How much of an error response is read, and for how long; its status is already known. */
const refusalBytes = 64 * 1024;
const refusalMs = 5000;

/**
 * One request to a provider and its answer. An adapter receives `fetch` and `signal`; network failures are stored here as
 * `failure`, because adapters report them differently: an abort, for example, looks like a retryable error.
 */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #controller = new AbortController();
  #cancelTimer: () => void = () => {};
  #lastMs = 0;
  #hasMoved = false;
  /** The first network failure. */
  failure: IceError | undefined;
  /** Whether the request has been sent. */
  isSent = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    if (options.signal.aborted) this.#abort();
    else options.signal.addEventListener("abort", this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Keeps the first failure, and ends the request. */
  fail(failure: IceError): IceError {
    this.failure ??= failure;
    this.#abort();
    return this.failure;
  }

  /** Ends the request, if it is still in progress, and the timer. */
  close(): void {
    this.#options.signal.removeEventListener("abort", this.#abort);
    this.#cancelTimer();
    this.#abort();
  }

  /** Called by adapters. Redirects are not followed, because they would forward the key. */
  readonly fetch = async (url: string, { headers, body }: RequestInit): Promise<Response> => {
    const { model, limits, connections } = this.#options;
    const size = Buffer.byteLength(body as string);
    if (size > limits.requestBytes)
      throw this.fail(
        modelError(
          "ICE_MODEL_LIMIT",
          model,
          `the request has ${size} bytes, more than the ${limits.requestBytes} of models.limits.requestBytes`,
          { fix: "send a smaller request, or raise the limit" },
        ),
      );
    const http = await connections.open();
    this.signal.throwIfAborted();
    this.isSent = true;
    this.#startTimer();
    const answer = await http
      .request(url, {
        method: "POST",
        headers: headers as Record<string, string>,
        body: body as string,
        signal: this.signal,
        dispatcher: http.dispatcher,
      })
      .catch((error: unknown) => {
        if ((error as { readonly code?: unknown }).code === "UND_ERR_INVALID_ARG") this.isSent = false;
        throw this.isSent ? this.#lost("the provider cannot be reached", error) : error;
      });
    this.#touch();
    await this.#refuse(answer);
    return new http.Response(this.#bodyOf(answer), {
      status: answer.statusCode,
      headers: Object.entries(answer.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((one): [string, string] => [name, one]),
      ),
    });
  };

  /** @throws IceError if the response is not an answer of a model. */
  async #refuse({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<void> {
    const { model, hide, clock } = this.#options;
    const isHtml = /^text\/html\b/i.test(String(headers["content-type"] ?? ""));
    if (statusCode === 200 && !isHtml) return;
    const words = wordsOf(await this.#readRefusal(body), hide);
    if (statusCode === 200)
      throw this.fail(
        modelError("ICE_MODEL_ANSWER_INVALID", model, "the provider answered with an HTML page", { words }),
      );
    const header = (name: string): string | undefined => [headers[name] ?? []].flat()[0];
    throw this.fail(statusError(model, statusCode, { words, retryAfterMs: retryAfterMs(header, clock.now()) }));
  }

  /** The first 64 KiB, or less if time runs out or the connection breaks. */
  async #readRefusal(body: Dispatcher.ResponseData["body"]): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const cancelTimer = this.#options.clock.setTimer(refusalMs, () => void body.destroy());
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        this.#touch();
        chunks.push(chunk);
        if ((size += chunk.length) >= refusalBytes) break;
      }
    } catch {
      // The status identifies the problem, the body only adds details.
    } finally {
      cancelTimer();
    }
    return Buffer.concat(chunks).toString("utf8", 0, refusalBytes);
  }

  /** The body for adapters, with limits on silence and size, and a check that it is complete. */
  #bodyOf({ body }: Dispatcher.ResponseData): ReadableStream<Uint8Array> {
    const parts = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    const watch = floodWatch(this.#options.limits.textBytes);
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await parts.next();
            this.#touch();
            if (done === true) return controller.close();
            if (watch(value)) throw this.fail(this.tooLong());
            controller.enqueue(value);
          } catch (error) {
            controller.error(this.#lost("the connection broke in the middle of the answer", error));
          }
        },
        cancel: () => void body.destroy(),
      },
      { highWaterMark: 0 },
    );
  }

  tooLong(): IceError {
    const { model, limits } = this.#options;
    return modelError(
      "ICE_MODEL_LIMIT",
      model,
      `the answer is longer than the ${limits.textBytes} bytes of models.limits.textBytes`,
      { fix: "request less with `maxTokens`, or raise the limit" },
    );
  }

  /** A network failure, unless the request was ended here. */
  #lost(happened: string, error: unknown): unknown {
    if (this.signal.aborted) return this.failure ?? this.#options.signal.reason;
    const { model, hide } = this.#options;
    const words = error instanceof Error ? filterWords(error.message || error.name, hide) : "";
    return this.fail(
      modelError("ICE_MODEL_UNAVAILABLE", model, happened, { words, cause: copyOf(error, hide), fix: again }),
    );
  }

  readonly #abort = (): void => this.#controller.abort();

  #touch(): void {
    this.#lastMs = this.#options.clock.now();
    this.#hasMoved = true;
  }

  /** One timer for all parts of an answer: if it fires after a part has arrived, it is set again for the remaining time. */
  #startTimer(): void {
    const { clock, limits, model } = this.#options;
    const idleMs = 1000 * limits.idleSeconds;
    const wait = (ms: number): void => {
      this.#hasMoved = false;
      this.#cancelTimer = clock.setTimer(ms, () => {
        if (this.#hasMoved) return wait(Math.min(Math.max(1, this.#lastMs + idleMs - clock.now()), idleMs));
        this.fail(
          modelError("ICE_MODEL_UNAVAILABLE", model, `no data arrived for ${limits.idleSeconds} s`, {
            fix: `${again}; models.limits.idleSeconds is the time that ice waits`,
          }),
        );
      });
    };
    wait(idleMs);
  }
}

const again = "give the node a `retryPolicy`, or the alias another model to fall back to";
