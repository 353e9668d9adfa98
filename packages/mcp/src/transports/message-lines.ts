import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { isPlainObject } from "@ice/core/internal";
import type { ReceivedBytes } from "./received-bytes.ts";

/** Room for a line that is kept from one line to the next. A longer line gets its own. */
const keptBytes = 64 * 1024;

/** Takes messages out of a stream of lines. A line that is no message is skipped: some servers print other things too. */
export class MessageLines {
  readonly #received: ReceivedBytes;
  readonly #onMessage: (message: JSONRPCMessage) => void;
  /** The line so far: one buffer, however small the parts are in which it comes. */
  #line: Buffer = Buffer.allocUnsafe(keptBytes);
  #size = 0;
  #isEnded = false;

  constructor(received: ReceivedBytes, onMessage: (message: JSONRPCMessage) => void) {
    this.#received = received;
    this.#onMessage = onMessage;
  }

  /** Returns false if a line is too long, or all of them together. */
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
    this.#clear();
  }

  #keep(part: Buffer): boolean {
    const size = this.#size + part.length;
    if (size > this.#received.perMessage) return false;
    if (size > this.#line.length) this.#line = grown(this.#line, Math.min(2 * size, this.#received.perMessage));
    part.copy(this.#line, this.#size);
    this.#size = size;
    return true;
  }

  #finishLine(): void {
    const message = parse(this.#line.toString("utf8", 0, this.#size));
    this.#clear();
    if (message !== undefined && !this.#isEnded) this.#onMessage(message);
  }

  #clear(): void {
    this.#size = 0;
    if (this.#line.length > keptBytes) this.#line = Buffer.allocUnsafe(keptBytes);
  }
}

function grown(buffer: Buffer, bytes: number): Buffer {
  const room = Buffer.allocUnsafe(bytes);
  buffer.copy(room);
  return room;
}

function parse(line: string): JSONRPCMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isPlainObject(value) && value["jsonrpc"] === "2.0" ? (value as unknown as JSONRPCMessage) : undefined;
  } catch {
    return undefined;
  }
}
