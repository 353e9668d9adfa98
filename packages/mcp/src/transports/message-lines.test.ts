import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { MessageLines } from "./message-lines.ts";
import { ReceivedBytes } from "./received-bytes.ts";

const lineOf = (value: object): Buffer => Buffer.from(`${JSON.stringify({ jsonrpc: "2.0", ...value })}\n`);

function read(parts: readonly Buffer[], perMessage = 1_000_000) {
  const messages: unknown[] = [];
  const lines = new MessageLines(new ReceivedBytes(perMessage), (message) => messages.push(message));
  return { messages, accepted: parts.map((part) => lines.add(part)), lines };
}

test("messages are found in any parts, also within a character; other lines are skipped", () => {
  const wire = Buffer.concat([lineOf({ text: "é👋" }), Buffer.from("debug: ready\n[]\n"), lineOf({ id: 2 })]);
  const expected = [
    { jsonrpc: "2.0", text: "é👋" },
    { jsonrpc: "2.0", id: 2 },
  ];
  expect(read([wire]).messages).toEqual(expected);
  expect(read(Array.from(wire, (byte) => Buffer.of(byte))).messages).toEqual(expected);
});

test("a line has a bound, and a short one comes after a long one unchanged", () => {
  const long = lineOf({ text: "x".repeat(300_000) });
  expect(read([long, lineOf({ id: 1 })]).messages).toEqual([
    { jsonrpc: "2.0", text: "x".repeat(300_000) },
    { jsonrpc: "2.0", id: 1 },
  ]);
  expect(read([long], 299_999)).toMatchObject({ accepted: [false], messages: [] });
});

test("a line that comes byte by byte needs the memory of its bytes", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const { lines } = read([]);
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let sent = 0; sent < 300_000; sent += 1) lines.add(Buffer.of(120));
  gc();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(4_000_000);
  expect(lines.add(Buffer.from("\n"))).toBe(true);
});
