import { expect, test } from "vitest";
import { createFakeClock } from "@ice/testing";
import type { JsonObject, ModelRequest } from "@ice/core";
import { createLanguageModels } from "../src/index.ts";

const models = createLanguageModels({ env: {} });
const { signal } = new AbortController();
const ask = (model: string, request: Partial<ModelRequest> = {}) =>
  models.generate({ model, messages: [{ role: "user", text: "hello there" }], ...request }, { signal });

const person: JsonObject = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer", default: 7 } },
  required: ["name"],
  additionalProperties: false,
};

test("mock/echo says what the user said", async () => {
  const parts: string[] = [];
  const answer = await models.generate(
    {
      model: "mock/echo",
      system: "be kind",
      messages: [
        { role: "user", text: "first" },
        { role: "assistant", text: "a", toolCalls: [] },
        { role: "user", text: "grüße" },
      ],
    },
    { signal, onText: (text) => parts.push(text) },
  );
  expect(answer).toEqual({
    text: "grüße",
    toolCalls: [],
    finishReason: "stop",
    // "be kind" + "first" + "a" + "grüße" are 20 bytes
    usage: { inputTokens: 5, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 },
    warnings: [],
  });
  expect(parts).toEqual(["grüße"]);
});

test("mock/NAME answers the same request alike, and another one differently", async () => {
  const [first, second, other, renamed] = await Promise.all([
    ask("mock/poet"),
    ask("mock/poet"),
    ask("mock/poet", { system: "s" }),
    ask("mock/sage"),
  ]);
  expect(first).toEqual(second);
  expect(new Set([first.text, other.text, renamed.text]).size).toBe(3);
  expect(first.text).toMatch(/^poet [0-9a-f]{8}$/);
});

test("mock/tools calls every tool once, then answers with the results", async () => {
  const tools = [
    { name: "echo", description: "", parameters: { type: "object", properties: { msg: { type: "string" } } } },
    {
      name: "sleep",
      description: "",
      parameters: { type: "object", properties: { ms: { type: "number", minimum: 0 } }, required: ["ms"] },
    },
  ] as const;
  const first = await ask("mock/tools", { tools });
  expect(first).toMatchObject({
    text: "",
    finishReason: "tool-calls",
    toolCalls: [
      { id: "call_0", name: "echo", arguments: "{}" },
      { id: "call_1", name: "sleep", arguments: `{"ms":0}` },
    ],
  });
  const messages = [
    { role: "user", text: "go" },
    { role: "assistant", ...first },
    {
      role: "tool",
      results: [
        { callId: "call_0", name: "echo", result: {} },
        { callId: "call_1", name: "sleep", result: { ms: 0 } },
      ],
    },
  ] as const;
  expect(await ask("mock/tools", { tools, messages })).toMatchObject({
    text: `[{},{"ms":0}]`,
    toolCalls: [],
    finishReason: "stop",
  });
  expect(
    await ask("mock/tools", {
      tools,
      messages: [...messages, { role: "assistant", text: "x", toolCalls: [] }, { role: "user", text: "again" }],
    }),
  ).toMatchObject({ finishReason: "tool-calls" });
});

test("with a schema, each answers with the smallest match", async () => {
  for (const model of ["mock/echo", "mock/tools", "mock/any"])
    expect(JSON.parse((await ask(model, { jsonSchema: person })).text)).toEqual({ name: "" });
});

test("llmConfig sets the answer", async () => {
  expect(
    await ask("mock/x", {
      options: { text: "fixed", usage: { input: 100, output: 9 }, finishReason: "content-filter", topP: 1 },
    }),
  ).toMatchObject({
    text: "fixed",
    finishReason: "content-filter",
    usage: { inputTokens: 100, outputTokens: 9 },
  });
  expect((await ask("mock/tools", { options: { object: { a: [1] } } })).text).toBe(`{"a":[1]}`);
  await expect(ask("mock/x", { options: { txt: "a" } })).rejects.toMatchObject({
    code: "ICE_MODEL_REJECTED",
    message: expect.stringContaining("txt"),
  });
});

test("it fails as often as configured, then answers", async () => {
  const options = { failTimes: 2, failStatus: 429 };
  for (let attempt = 0; attempt < 2; attempt += 1)
    await expect(ask("mock/echo", { options })).rejects.toMatchObject({
      code: "ICE_MODEL_RATE_LIMITED",
      retryable: true,
    });
  expect((await ask("mock/echo", { options })).text).toBe("hello there");
  await expect(ask("mock/echo", { options })).rejects.toMatchObject({ code: "ICE_MODEL_RATE_LIMITED" });
});

test("an answer is cut at maxTokens, at a whole character", async () => {
  expect(await ask("mock/echo", { messages: [{ role: "user", text: "abc\u{1f600}def" }], maxTokens: 1 })).toMatchObject(
    {
      text: "abc",
      finishReason: "length",
      usage: { outputTokens: 1 },
    },
  );
});

test("delayMs passes on the clock, and an abort ends it", async () => {
  const clock = createFakeClock();
  const slow = createLanguageModels({ env: {}, clock });
  const controller = new AbortController();
  const request = { model: "mock/echo", messages: [{ role: "user", text: "x" }], options: { delayMs: 1000 } } as const;
  const first = slow.generate(request, { signal });
  await clock.advance(1000);
  expect((await first).text).toBe("x");
  const second = slow.generate(request, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  expect(clock.pending).toBe(0);
});

test("mocks cost nothing and need nothing", () => {
  const [description] = models.describe("mock/anything/at:all");
  expect(description.missing).toBeUndefined();
  expect(description.cost!({ inputTokens: 1e6, outputTokens: 1e6, cachedInputTokens: 0, reasoningTokens: 0 })).toBe(0);
});
