import { expect, test } from "vitest";
import { FrameDecoder } from "./frame-decoder.ts";

const text = [
  "\uFEFFretry: 20\r\n\r\n",
  ": a comment\n\n",
  "id: 1.0\r\ndata: {\r\ndata: }\r\n\r\n",
  "event: live\rdata:grüße 🎉\r\r",
  "event\ndata\n\n",
  "unknown: x\nid: 2.0\n\n",
  "event: end\ndata: {}\n\n",
  "data: incomplete\n",
].join("");
const frames = [
  { id: "1.0", event: "message", data: "{\n}" },
  { id: undefined, event: "live", data: "grüße 🎉" },
  { id: undefined, event: "", data: "" },
  { id: undefined, event: "end", data: "{}" },
];

test.each([1, 2, 3, 5, 7, 64, 1000])("frames are the same in portions of %i bytes", (size) => {
  const decoder = new FrameDecoder();
  const bytes = new TextEncoder().encode(text);
  const found = [];
  for (let at = 0; at < bytes.length; at += size) found.push(...decoder.push(bytes.subarray(at, at + size)));
  expect(found).toEqual(frames);
  expect(decoder.retryMs).toBe(20);
});

test("a frame of 1 MiB is read, a longer one is an error, with and without line ends", () => {
  const encode = (part: string): Uint8Array => new TextEncoder().encode(part);
  const data = "x".repeat(1024 * 1024 - 6);
  expect(new FrameDecoder().push(encode(`data: ${data}\n\n`))).toMatchObject([{ data }]);
  const tooLong = expect.objectContaining({ code: "ICE_ANSWER_INVALID" }) as Error;
  expect(() => new FrameDecoder().push(encode(`data: ${data}x\n\n`))).toThrowError(tooLong);
  expect(() => new FrameDecoder().push(encode(`data: ${data}x`))).toThrowError(tooLong);
  expect(() => new FrameDecoder().push(encode(`data: ${data}\nid: 1`))).toThrowError(tooLong);
});
