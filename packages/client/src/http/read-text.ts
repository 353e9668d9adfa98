import { IceApiError } from "../errors/ice-api-error.ts";

/** The body of an answer as text. @throws IceApiError `ICE_ANSWER_INVALID` for one of more bytes. */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw new IceApiError("ICE_ANSWER_INVALID", `The answer of the server has more than ${maxBytes} bytes.`, {
        status: response.status,
        fix: 'ask for less at once: a page with a smaller `limit`, or a run with `nodes: "none"`',
      });
    }
    text += decoder.decode(value, { stream: true });
  }
}
