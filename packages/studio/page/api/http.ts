import type { Issue, JsonObject } from "./types.ts";
import { savedToken } from "./session.ts";

/** A problem that the server has answered, or `ICE_UNREACHABLE` when there was no answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fix: string | undefined;
  readonly issues: readonly Issue[];
  /** The whole document. */
  readonly problem: JsonObject;

  constructor(status: number, problem: JsonObject) {
    super(typeof problem["detail"] === "string" ? problem["detail"] : String(problem["title"] ?? "the request failed"));
    this.status = status;
    this.code = String(problem["code"] ?? `HTTP ${status}`);
    this.fix = typeof problem["fix"] === "string" ? problem["fix"] : undefined;
    this.issues = (problem["issues"] as unknown as readonly Issue[] | undefined) ?? [];
    this.problem = problem;
  }
}

interface Sent {
  readonly method?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const whenUnauthorized = new Set<() => void>();

/** Calls back when the server refuses the token. Returns an unsubscribe function. */
export function onUnauthorized(callback: () => void): () => void {
  whenUnauthorized.add(callback);
  return () => whenUnauthorized.delete(callback);
}

/** Sends a request with the token. @throws ApiError. */
export async function send(path: string, { method, json, headers, signal }: Sent = {}): Promise<Response> {
  const token = savedToken();
  let answer: Response;
  try {
    answer = await fetch(path, {
      method: method ?? (json === undefined ? "GET" : "POST"),
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const detail = "The server does not answer.";
    throw new ApiError(0, { code: "ICE_UNREACHABLE", detail, fix: "check that `ice serve` runs, then try again" });
  }
  if (answer.ok) return answer;
  if (answer.status === 401) for (const callback of whenUnauthorized) callback();
  throw new ApiError(answer.status, await problemOf(answer));
}

/** The JSON that a request is answered with. @throws ApiError. */
export async function read<T>(path: string, sent?: Sent): Promise<T> {
  const answer = await send(path, sent);
  return (await answer.json()) as T;
}

async function problemOf(answer: Response): Promise<JsonObject> {
  try {
    return (await answer.json()) as JsonObject;
  } catch {
    return { detail: `The server answered with status ${answer.status}.` };
  }
}
