import type { Json, JsonObject } from "@ice/core";

/** A reply of a script. Without any field it is an empty text. */
export interface ScriptedReply {
  /** A regular expression. The reply answers only requests whose text matches: system message, messages, results of tools. Default: any. */
  readonly when?: string | RegExp | undefined;
  /** How many requests it answers. Default 1. */
  readonly times?: number | "always" | undefined;
  /** The text of the answer. It is streamed in parts of 8 characters. */
  readonly text?: string | undefined;
  /** The text in parts of your own. */
  readonly chunks?: readonly string[] | undefined;
  /** A value that is the text, as JSON. */
  readonly json?: Json | undefined;
  /** Calls of tools that the answer asks for. */
  readonly toolCalls?: readonly ScriptedToolCall[] | undefined;
  /** Default: `tool-calls` for an answer with calls, otherwise `stop`. */
  readonly finish?: "stop" | "length" | "content-filter" | "tool-calls" | undefined;
  /** Tokens. Default: 10, 5 and 0. Null: the provider does not count. */
  readonly usage?: { readonly input?: number; readonly output?: number; readonly cached?: number } | null | undefined;
  /** Whether more output may be counted than `maxTokens` allows. Default false. */
  readonly lie?: boolean | undefined;
  /** Fails with the error of this HTTP status. */
  readonly status?: number | undefined;
  /** With `status`: `retry-after` (seconds or a date) and `retry-after-ms` are read. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** With `status`: what the provider says; the message of the error ends with it. */
  readonly body?: string | JsonObject | undefined;
  /** The connection is lost after this many parts of the text. */
  readonly cutAfter?: number | undefined;
  /** Nothing comes after this many parts, until the request is aborted. */
  readonly stall?: number | undefined;
  /** Nothing comes at all, until the request is aborted. */
  readonly hang?: boolean | undefined;
  /** Milliseconds before the first part. Default 0. */
  readonly delayMs?: number | undefined;
  /** Milliseconds after each part. Default 0. */
  readonly chunkDelayMs?: number | undefined;
}

/** A call that a scripted answer asks for. */
export interface ScriptedToolCall {
  /** As it goes over the wire: `files__read` for `files.read`. */
  readonly name: string;
  /** Default: none. */
  readonly args?: JsonObject | undefined;
  /** Arguments as the model writes them, which need not be JSON. Takes precedence over `args`. */
  readonly rawArgs?: string | undefined;
  /** Default: `call_REQUEST_INDEX`. */
  readonly id?: string | undefined;
}

const chunkLength = /.{1,8}/gsu;

/** The text of a reply in the parts in which it is streamed. */
export function chunksOf({ chunks, json, text }: ScriptedReply): readonly string[] {
  if (chunks !== undefined) return chunks;
  return (json === undefined ? (text ?? "") : JSON.stringify(json)).match(chunkLength) ?? [];
}
