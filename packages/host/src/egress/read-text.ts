import type { IncomingMessage } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";

export interface ReadTextOptions {
  readonly maxBytes: number;
  /** Called for every part that arrives. */
  readonly onPart: () => void;
}

/**
 * The body of an answer as UTF-8. However small its parts are, it takes at most twice its size in memory until it is complete.
 *
 * @throws Error if it is larger than allowed, or ends early.
 */
export async function readText(response: IncomingMessage, { maxBytes, onPart }: ReadTextOptions): Promise<string> {
  let bytes = Buffer.alloc(0);
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    onPart();
    if (size + part.length > maxBytes) throw new Error(`its answer has more than ${maxBytes} bytes`);
    if (size + part.length > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(size + part.length, Math.min(2 * bytes.length, maxBytes)));
      bytes.copy(larger, 0, 0, size);
      bytes = larger;
    }
    size += part.copy(bytes, size);
    await nextTurn(); // a fast server would be read without a pause
  }
  if (!response.complete) throw new Error("its answer is not complete");
  return bytes.toString("utf8", 0, size);
}
