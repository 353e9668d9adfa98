import type { ModelMessage, ModelRequest } from "@ice/core";
import { expect, test } from "vitest";
import { RequestSize } from "./request-size.ts";

const user = (text: string): ModelMessage => ({ role: "user", text });
const request = (messages: readonly ModelMessage[], system = "sÿstem"): ModelRequest => ({
  model: "near/m",
  system,
  messages,
});
const quarter = (value: unknown): number => Math.ceil(Buffer.byteLength(JSON.stringify(value)) / 4);

test("tokens are a quarter of the bytes of the JSON, for a conversation that grows, shrinks or changes", () => {
  const size = new RequestSize();
  const messages = Array.from({ length: 20 }, (_, index) => user("é".repeat(index * 7)));
  for (const length of [0, 1, 2, 3, 3, 17, 20, 5, 6, 0, 4]) {
    const asked = request(messages.slice(0, length));
    expect(size.tokensOf(asked)).toBe(quarter(asked));
  }
  const other = request([user("another"), ...messages.slice(1, 4)], "");
  expect(size.tokensOf(other)).toBe(quarter(other));
});

test("messages that were counted are not read again", () => {
  const size = new RequestSize();
  let reads = 0;
  const counting = Object.assign(user("x"), { toJSON: () => (reads += 1) });
  const messages: ModelMessage[] = [counting];
  for (let step = 0; step < 50; step += 1) {
    size.tokensOf(request([...messages]));
    messages.push(user("y"));
  }
  expect(reads).toBe(1);
});
