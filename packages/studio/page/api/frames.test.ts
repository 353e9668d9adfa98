import { expect, test } from "vitest";
import { frameReader } from "./frames.ts";

const stream = 'retry: 1000\n\nid: 1.0\ndata: {"a":1}\n\nevent: status\ndata: {\ndata: }\n\nid: 2.0\ndata: x: y\n\n';
const frames = [
  { id: "1.0", event: "message", data: '{"a":1}' },
  { id: undefined, event: "status", data: "{\n}" },
  { id: "2.0", event: "message", data: "x: y" },
];

test("frames are read wherever the stream is cut", () => {
  for (let size = 1; size < stream.length; size += 1) {
    const reader = frameReader();
    const seen = [];
    for (let at = 0; at < stream.length; at += size) seen.push(...reader(stream.slice(at, at + size)));
    expect(seen).toEqual(frames);
  }
});
