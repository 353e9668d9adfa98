import { IceApiError } from "../errors/ice-api-error.ts";
import { errorOfAnswer } from "./error-of-answer.ts";
import { pause, pauseAfter } from "./pause.ts";
import { readText } from "./read-text.ts";

/** Every function that waits takes a signal that ends the waiting. */
export interface CallOptions {
  /** Aborts the request, and the waiting for its repetition. */
  readonly signal?: AbortSignal | undefined;
}

/** A request. */
export interface Call extends CallOptions {
  /** Default `GET`. */
  readonly method?: "POST" | "PUT" | "DELETE" | undefined;
  /** Segments of the path behind `/v1`. */
  readonly path: readonly string[];
  /** Values that are undefined are left out; those of a list are joined by commas. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether it has the same effect when it arrives twice. Default: whether it is a `GET`. */
  readonly isRepeatable?: boolean;
}

/** An answer that was read. */
export interface Read<Body> {
  readonly body: Body;
  readonly headers: Headers;
}

/** Where requests are sent, and by what. */
export interface HttpOptions {
  /** Of the server, also with a path. */
  readonly url: string;
  readonly token: string | (() => string);
  readonly fetch: typeof fetch;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** How often a request is repeated. */
const maxRepetitions = 3;

/** After this time without an answer a request has failed. */
const requestTimeoutMs = 60_000;

/** Bytes of an answer. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** Sends requests with the token, and repeats those that may be. */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #base: string;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#base = options.url.replace(/\/+$/, "");
  }

  /** From 0 to 1. */
  random(): number {
    return this.#options.random();
  }

  /** Sends a request and reads the answer. @throws IceApiError */
  async send<Body>(call: Call): Promise<Read<Body>> {
    const { isRepeatable = call.method === undefined, signal } = call;
    for (let attempt = 0; ; attempt += 1)
      try {
        return await this.#attempt<Body>(call);
      } catch (error) {
        if (!IceApiError.is(error) || !isRepeatable || attempt === maxRepetitions) throw error;
        const ms = pauseAfter(error, attempt, this.random());
        if (ms === undefined) throw error;
        await pause(ms, signal);
      }
  }

  /** Sends a request once, and returns an answer of success whose body was not read. @throws IceApiError */
  async open({ method, path, query = {}, body, headers, signal }: Call): Promise<Response> {
    const { fetch, token } = this.#options;
    const request: RequestInit = {
      method: method ?? "GET",
      headers: {
        ...headers,
        authorization: `Bearer ${typeof token === "function" ? token() : token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      // The token is for this server only.
      redirect: "error",
      credentials: "omit",
      cache: "no-store",
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    };
    const response = await fetch(`${this.#base}/v1/${path.map(encodeURIComponent).join("/")}${search(query)}`, request);
    if (response.ok) return response;
    throw await errorOfAnswer(response);
  }

  /** What `error` is for the caller: its own abort, an error of the server, or that the server cannot be reached. */
  failureOf(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted === true) return signal.reason;
    if (IceApiError.is(error)) return error;
    const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause : error).message : "";
    return new IceApiError("ICE_SERVER_UNREACHABLE", `The server ${this.#base} cannot be reached: ${reason}.`, {
      status: 0,
      fix: "check the address, and that the server is running",
      retryable: true,
      cause: error,
    });
  }

  async #attempt<Body>(call: Call): Promise<Read<Body>> {
    const { signal } = call;
    const timeout = AbortSignal.timeout(requestTimeoutMs);
    try {
      const own = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      const response = await this.open({ ...call, signal: own });
      const text = await readText(response, maxAnswerBytes);
      return { body: parse<Body>(text, response), headers: response.headers };
    } catch (error) {
      throw this.failureOf(error, signal);
    }
  }
}

function search(query: NonNullable<Call["query"]>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

/** Nothing for an answer without a body. */
function parse<Body>(text: string, { status }: Response): Body {
  if (text === "") return undefined as Body;
  try {
    return JSON.parse(text) as Body;
  } catch (cause) {
    throw new IceApiError("ICE_ANSWER_INVALID", "The answer of the server is no JSON.", {
      status,
      fix: "check the address: something else than an ice server answers there",
      cause,
    });
  }
}
