import { IceError } from "@ice/core";
import { invalidRequest } from "./invalid-request.ts";

/** Checks what the headers say of a body. @throws IceError `ICE_MEDIA_TYPE`, `ICE_REQUEST_TOO_LARGE`. */
export function checkBodyHeaders(headers: Headers, maxBytes: number): void {
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity")
    throw new IceError("ICE_MEDIA_TYPE", "The body of the request is encoded.", {
      fix: "send the body without `Content-Encoding`",
    });
  const length = Number(headers.get("content-length") ?? 0);
  const hasBody = length > 0 || headers.has("transfer-encoding");
  const type = headers.get("content-type");
  if (type === null ? hasBody : !isJson(type)) throw notJson();
  if (length > maxBytes) throw tooLarge(maxBytes);
}

/** @throws IceError `ICE_REQUEST_TOO_LARGE`, `ICE_REQUEST_INVALID` (the client has gone). */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      chunks.push(next.value);
    }
  } catch (cause) {
    if (IceError.is(cause)) throw cause;
    throw invalidRequest("The body of the request did not arrive as a whole.", "send the request again");
  } finally {
    reader.releaseLock();
  }
  if (bytes > 0 && request.headers.get("content-type") === null) throw notJson();
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

const discardedBytes = 16 * 1024 * 1024;
const discardedMs = 1000;

/**
 * Reads what a client still sends, for at most a second and 16 MiB, and keeps nothing of it. A client whose connection ends while
 * it sends does not see why.
 */
export async function discardBody({ body }: Request): Promise<void> {
  if (body === null || body.locked) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, discardedMs);
  });
  await Promise.race([discard(body.getReader()), late]);
  clearTimeout(timer);
}

async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  let bytes = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.byteLength;
      if (bytes > discardedBytes) return;
    }
  } catch {
    // The client has gone.
  }
}

const isJson = (type: string): boolean =>
  /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type.trim());

const notJson = (): IceError =>
  new IceError("ICE_MEDIA_TYPE", "The body of the request is not declared as JSON.", {
    fix: "send `Content-Type: application/json`",
  });

const tooLarge = (maxBytes: number): IceError =>
  new IceError("ICE_REQUEST_TOO_LARGE", `The body of the request is larger than ${maxBytes} bytes.`, {
    fix: "send less",
    details: { maxBytes },
  });
