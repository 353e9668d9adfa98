import type { Readable } from "node:stream";
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  ReadBuffer,
  type JSONRPCMessage,
  type Transport,
} from "@modelcontextprotocol/server";
import type { RequestId } from "./open-calls.ts";

/**
 * Messages in lines. When the input ends, the transport stays until every request has been answered: the one of the SDK drops them,
 * so that a program that writes its requests and closes the pipe gets no answers.
 */
export class StreamTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport["onmessage"];
  readonly #input: Readable;
  readonly #write: (text: string) => void;
  readonly #buffer: ReadBuffer;
  /** Requests that are not answered. */
  readonly #open = new Set<RequestId>();
  #hasEnded = false;
  #isClosed = false;

  /** @param options.maxBytes - of a message; a longer one ends the connection. */
  constructor(input: Readable, write: (text: string) => void, { maxBytes }: { readonly maxBytes: number }) {
    this.#input = input;
    this.#write = write;
    this.#buffer = new ReadBuffer({ maxBufferSize: maxBytes });
  }

  async start(): Promise<void> {
    this.#input.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onEnd).on("error", this.#onError);
    if (this.#input.readableEnded || this.#input.destroyed) setImmediate(this.#onEnd);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#isClosed) return;
    // The id comes first, for those who read the lines.
    const { jsonrpc, ...rest } = message;
    this.#write(`${JSON.stringify({ jsonrpc, ...("id" in rest && { id: rest.id }), ...rest })}\n`);
    const isAnswer = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
    if (isAnswer && message.id !== undefined) this.#settle(message.id);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#input.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onEnd).off("error", this.#onError);
    this.#input.pause();
    this.#buffer.clear();
    this.onclose?.();
  }

  readonly #onData = (chunk: Buffer | string): void => {
    try {
      this.#buffer.append(Buffer.from(chunk));
    } catch (error) {
      this.#onError(error as Error);
      return void this.close();
    }
    for (let isRead = false; !isRead;) isRead = this.#readOne();
  };

  /** Returns whether nothing is left to read. A line that is no message is skipped. */
  #readOne(): boolean {
    try {
      const message = this.#buffer.readMessage();
      if (message === null) return true;
      if (isJSONRPCRequest(message)) this.#open.add(message.id);
      this.onmessage?.(message);
      if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
        const requestId = message.params?.["requestId"] as RequestId | undefined;
        // It will have no answer.
        if (requestId !== undefined) this.#settle(requestId);
      }
    } catch (error) {
      this.#onError(error as Error);
    }
    return false;
  }

  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    if (this.#open.size === 0) void this.close();
  };

  readonly #onError = (error: Error): void => this.onerror?.(error);

  #settle(id: RequestId): void {
    this.#open.delete(id);
    if (this.#hasEnded) this.#onEnd();
  }
}
