import type { RunEvent, RunEventType } from "@ice/core";
import { expect, test } from "vitest";
import { createStreamedText } from "./streamed-text.ts";

function streamed(path: string) {
  let written = "";
  const stderr = { write: (text: string) => (written += text) };
  const inner = {
    onEvent: ({ type }: RunEvent, place?: string) => stderr.write(`[${place} ${type}]\n`),
    end: () => stderr.write("[end]\n"),
  };
  const progress = createStreamedText(stderr, path, inner);
  const emit = (type: RunEventType, place: string, data: object = {}): void =>
    progress.onEvent({ type, path: place, runId: "r", seq: 1, at: 0, data } as RunEvent, place);
  return { emit, progress, written: () => written };
}

test("what happens while text comes is shown behind it", () => {
  const { emit, written } = streamed("a");
  emit("node.started", "b");
  emit("llm.tokenStreamed", "b", { call: 1, text: "not this" });
  emit("llm.tokenStreamed", "a", { call: 1, text: "Good " });
  emit("node.completed", "b");
  emit("llm.tokenStreamed", "a", { call: 1, text: "morning" });
  emit("node.completed", "a");
  emit("node.started", "c");
  expect(written()).toBe(`[b node.started]
[b llm.tokenStreamed]
[end]
Good morning
[b node.completed]
[a node.completed]
[c node.started]
`);
});

test("another answer and another attempt start on a line of their own", () => {
  const { emit, progress, written } = streamed("a");
  emit("llm.tokenStreamed", "a", { call: 1, text: "let me look\n" });
  emit("llm.tokenStreamed", "a", { call: 2, text: "half" });
  emit("node.retryScheduled", "a");
  emit("llm.tokenStreamed", "a", { call: 1, text: "whole" });
  progress.end();
  expect(written()).toBe(`[end]
let me look
half
[a node.retryScheduled]
[end]
whole
[end]
`);
});

test("a bounded number of events is held back meanwhile, and no text of other nodes", () => {
  const { emit, written } = streamed("a");
  emit("llm.tokenStreamed", "a", { call: 1, text: "half" });
  for (let part = 0; part < 2000; part += 1) emit("llm.tokenStreamed", "b", { call: 1, text: "not this" });
  for (let node = 0; node < 999; node += 1) emit("node.completed", `n${node}`);
  expect(written()).toBe("[end]\nhalf");
  emit("node.completed", "n999");
  emit("llm.tokenStreamed", "a", { call: 1, text: " of it" });
  const lines = written().split("\n");
  expect(lines).toHaveLength(1004);
  expect([lines[1], lines[2], lines[1001], lines[1002], lines[1003]]).toEqual([
    "half",
    "[n0 node.completed]",
    "[n999 node.completed]",
    "[end]",
    " of it",
  ]);
});

test("text can do nothing to the terminal", () => {
  const { emit, written } = streamed("a");
  emit("llm.tokenStreamed", "a", { call: 1, text: "a\u001B[2Jb\u202Ec" });
  expect(written()).toBe("[end]\na\\u001b[2Jb\\u202ec");
});
