import { IceApiError } from "../errors/ice-api-error.ts";
import type { CallOptions, HttpClient } from "../http/http-client.ts";
import { pause, pauseAfter } from "../http/pause.ts";
import { FrameDecoder, type Frame } from "./frame-decoder.ts";
import type { RunStreamEvent } from "./run-stream-event.ts";

/** Options of reading events. */
export interface EventsOptions extends CallOptions {
  /** A position: only events behind it. Default: from the start. */
  readonly after?: string | undefined;
  /**
   * Connections in sequence that fail or bring nothing, before the error is thrown. Default 10: about a minute. A page that stays
   * open has `Infinity`.
   */
  readonly maxFailures?: number | undefined;
}

/** No pause between two connections is longer, unless the server asks for it. */
const maxPauseMs = 10_000;

/** The server reports the status every 15 s; a connection that is silent for this time is dead. */
const silenceMs = 45_000;

/** How long to wait before connecting again, unless the server says it. */
const defaultRetryMs = 1000;

/** Follows the events of a run until it has ended, over as many connections as that takes. @throws IceApiError */
export async function* followEvents(
  http: HttpClient,
  runId: string,
  { after, signal, maxFailures = 10 }: EventsOptions,
): AsyncGenerator<RunStreamEvent, void, void> {
  let position = after;
  let failures = 0;
  for (;;) {
    const connection = new Connection(http, signal);
    let error: unknown;
    try {
      for await (const frame of connection.frames(runId, { after, last: position })) {
        failures = 0;
        if (frame.event === "end") return;
        const event = eventOf(frame);
        if (event === undefined || (event.kind === "durable" && !isBehind(event.position, position))) continue;
        if (event.kind !== "live") ({ position } = event);
        yield event;
      }
      if (connection.hasEnded) return;
    } catch (cause) {
      error = http.failureOf(cause, signal);
      if (!IceApiError.is(error) || !error.retryable) throw error;
    } finally {
      connection.close();
    }
    failures += 1;
    if (failures > maxFailures) throw error ?? cutOff();
    await pause(pauseBefore(failures, { error, retryMs: connection.retryMs, random: http.random() }), signal);
  }
}

/** One connection. */
class Connection {
  /** Whether the server has said that there is nothing more. */
  hasEnded = false;
  readonly #http: HttpClient;
  readonly #decoder = new FrameDecoder();
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;

  constructor(http: HttpClient, signal: AbortSignal | undefined) {
    this.#http = http;
    this.#signal = signal === undefined ? this.#end.signal : AbortSignal.any([signal, this.#end.signal]);
  }

  get retryMs(): number {
    return this.#decoder.retryMs ?? defaultRetryMs;
  }

  close(): void {
    this.#end.abort();
  }

  /** @param place.last - the position of the last event; a server takes it before `after`. */
  async *frames(
    runId: string,
    { after, last }: { readonly after: string | undefined; readonly last: string | undefined },
  ): AsyncGenerator<Frame, void, void> {
    const headers = { accept: "text/event-stream", ...(last === undefined ? {} : { "last-event-id": last }) };
    const call = { path: ["runs", runId, "events"], query: { after }, headers, signal: this.#signal };
    const response = await this.#unlessSilent(this.#http.open(call));
    const reader = response.body?.getReader();
    this.hasEnded = response.status === 204;
    if (this.hasEnded || reader === undefined) return;
    for (;;) {
      const { done, value } = await this.#unlessSilent(reader.read());
      if (done) return;
      yield* this.#decoder.push(value);
    }
  }

  async #unlessSilent<Value>(news: Promise<Value>): Promise<Value> {
    const timer = setTimeout(() => this.close(), silenceMs);
    try {
      return await news;
    } finally {
      clearTimeout(timer);
    }
  }
}

function eventOf({ id, event, data }: Frame): RunStreamEvent | undefined {
  let content: object;
  try {
    content = JSON.parse(data) as object;
  } catch (cause) {
    throw new IceApiError("ICE_ANSWER_INVALID", "An event of the server is no JSON.", {
      status: 200,
      fix: "check the address: something else than an ice server answers there",
      cause,
    });
  }
  if (event === "live" || event === "status") return { ...content, kind: event } as RunStreamEvent;
  // Kinds of frames that later servers send are ignored.
  if (event !== "message" || id === undefined) return undefined;
  return { ...content, kind: "durable", position: id } as RunStreamEvent;
}

/** Whether a position is behind another one; both numbers of it only rise. */
function isBehind(position: string, other: string | undefined): boolean {
  if (other === undefined) return true;
  const [records = 0, signals = 0] = position.split(".").map(Number);
  const [otherRecords = 0, otherSignals = 0] = other.split(".").map(Number);
  return records + signals > otherRecords + otherSignals;
}

function pauseBefore(
  failures: number,
  { error, retryMs, random }: { readonly error: unknown; readonly retryMs: number; readonly random: number },
): number {
  // A connection that has worked was ended by the server, perhaps to let another one take over.
  if (failures === 1 && error === undefined) return retryMs * (1 - random / 2);
  const ms = IceApiError.is(error) ? pauseAfter(error, failures - 1, random) : retryMs;
  return IceApiError.is(error) && error.retryAfterMs !== undefined ? (ms ?? maxPauseMs) : Math.min(ms ?? 0, maxPauseMs);
}

const cutOff = (): IceApiError =>
  new IceApiError("ICE_SERVER_UNREACHABLE", "The server ends the stream of events again and again.", {
    status: 0,
    fix: "check whether something between here and the server ends its connections",
    retryable: true,
  });
