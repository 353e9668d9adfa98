import type { ModelMessage, ModelRequest } from "@ice/core";
import { tokensOfBytes } from "./counted-usage.ts";

/** The size of the requests of one node. A conversation that grows is not read again: only what was added to it is. */
export class RequestSize {
  #counted: readonly ModelMessage[] = [];
  #bytes = 0;

  /** Tokens of a request, estimated from the bytes of its JSON. */
  tokensOf(request: ModelRequest): number {
    const { messages } = request;
    const grows = this.#counted.every((message, index) => message === messages[index]);
    const added = grows ? messages.slice(this.#counted.length) : messages;
    this.#bytes = added.reduce((bytes, message) => bytes + bytesOf(message), grows ? this.#bytes : 0);
    this.#counted = messages;
    const commas = Math.max(0, messages.length - 1);
    return tokensOfBytes(bytesOf({ ...request, messages: [] }) + this.#bytes + commas);
  }
}

const bytesOf = (value: object): number => Buffer.byteLength(JSON.stringify(value));
