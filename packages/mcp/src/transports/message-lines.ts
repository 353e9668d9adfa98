import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { isPlainObject } from "@ice/core/internal";
import type { ReceivedBytes } from "./received-bytes.ts";

/** Takes messages out of a stream of lines. A line that is no message is passed over: some servers print other things too. */
export class MessageLines {
  readonly #received: ReceivedBytes;
  readonly #onMessage: (message: JSONRPCMessage) => void;
  #parts: Buffer[] = [];
  #size = 0;
  #isEnded = false;

  constructor(received: ReceivedBytes, onMessage: (message: JSONRPCMessage) => void) {
    this.#received = received;
    this.#onMessage = onMessage;
  }

  /** Returns false when a line, or all of them, are too long. */
  add(chunk: Buffer): boolean {
    if (!this.#received.accepts(chunk.length)) return false;
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      if (!this.#keep(chunk.subarray(from, end))) return false;
      this.#finishLine();
      from = end + 1;
    }
    return this.#keep(chunk.subarray(from));
  }

  /** Nothing more is passed on. */
  end(): void {
    this.#isEnded = true;
    this.#parts = [];
  }

  #keep(part: Buffer): boolean {
    this.#size += part.length;
    if (part.length > 0) this.#parts.push(part);
    return this.#size <= this.#received.perMessage;
  }

  #finishLine(): void {
    const line = Buffer.concat(this.#parts).toString();
    [this.#parts, this.#size] = [[], 0];
    const message = parse(line);
    if (message !== undefined && !this.#isEnded) this.#onMessage(message);
  }
}

function parse(line: string): JSONRPCMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isPlainObject(value) && value["jsonrpc"] === "2.0" ? (value as unknown as JSONRPCMessage) : undefined;
  } catch {
    return undefined;
  }
}
