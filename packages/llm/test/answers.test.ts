import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { LanguageModels } from "../src/index.ts";
import { ask, formats, key, modelsOf, startProvider, type ProviderServer } from "./provider-server.ts";

const keyHeader = { messages: "x-api-key", google: "x-goog-api-key" } as const;
const tool = {
  name: "echo",
  description: "says it again",
  parameters: { type: "object", properties: { msg: { type: "string" } } },
} as const;

describe.each(formats)("%s", (format) => {
  let server: ProviderServer;
  let models: LanguageModels;
  beforeEach(async () => {
    server = await startProvider(format);
    models = modelsOf(server);
  });
  afterEach(async () => {
    await models.close();
    await server.close();
  });

  test("an answer arrives in parts, with its cost", async () => {
    server.script({ chunks: ["good ", "morning"], usage: { input: 12, output: 3, cached: 4 } });
    const parts: string[] = [];
    const answer = await ask(
      models,
      { system: "be kind", temperature: 0.5, maxTokens: 64 },
      { onText: (text) => parts.push(text) },
    );
    expect(answer).toMatchObject({
      text: "good morning",
      toolCalls: [],
      finishReason: "stop",
      usage: { inputTokens: 12, outputTokens: 3, cachedInputTokens: 4 },
    });
    expect(parts).toEqual(["good ", "morning"]);
    const [request] = server.requests;
    const header = format in keyHeader ? keyHeader[format as keyof typeof keyHeader] : "authorization";
    expect(request!.headers[header]).toBe(header === "authorization" ? `Bearer ${key}` : key);
    const sent = JSON.stringify(request!.body);
    expect(sent).toContain("be kind");
    expect(sent).toMatch(/"(?:max_tokens|max_completion_tokens|max_output_tokens|maxOutputTokens)":64/);
    expect(sent).toContain(`"temperature":0.5`);
  });

  test.each(["length", "content-filter"] as const)("an answer reports that it ended with %s", async (finish) => {
    server.script({ chunks: ["half"], finish });
    expect(await ask(models)).toMatchObject({ text: "half", finishReason: finish });
  });

  test("surrogate halves are joined across parts, or replaced", async () => {
    server.script({ chunks: ["a\ud83d", "\ude00b", "\udc00", "c\ud83d"] });
    const parts: string[] = [];
    const { text } = await ask(models, {}, { onText: (part) => parts.push(part) });
    expect(text).toBe("a\u{1f600}b\ufffdc\ufffd");
    expect(parts.join("")).toBe(text);
    expect(parts.every((part) => part.isWellFormed())).toBe(true);
  });

  test("tool calls are returned as the model wrote them, with unique ids", async () => {
    const args = format === "google" ? `{"msg":"one"}` : `{"msg": "one"}`;
    server.script({
      chunks: ["let me"],
      calls: [
        { id: "same", name: "echo", args },
        { id: "same", name: "echo", args },
        { id: "", name: "echo", args },
      ],
    });
    const { toolCalls, finishReason, text } = await ask(models, { tools: [tool] });
    expect({ text, finishReason }).toEqual({ text: "let me", finishReason: "tool-calls" });
    expect(toolCalls.map(({ name, arguments: args }) => [name, JSON.parse(args)])).toEqual(
      [1, 2, 3].map(() => ["echo", { msg: "one" }]),
    );
    expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(3);
    expect(toolCalls.every(({ id }) => id !== "")).toBe(true);
    expect(toolCalls[0]!.id).toBe("same");
  });

  test("results are sent back, and the conversation continues", async () => {
    server.script(
      {
        chunks: ["let me"],
        reasoning: "hm",
        signature: "proof",
        calls: [{ id: "c1", name: "echo", args: `{"msg":"hi"}` }],
      },
      { chunks: ["done"] },
    );
    const first = await ask(models, { tools: [tool] });
    const stored = JSON.parse(JSON.stringify(first)) as typeof first;
    const messages = [
      { role: "user", text: "go" },
      { role: "assistant", ...stored },
      { role: "tool", results: [{ callId: stored.toolCalls[0]!.id, name: "echo", result: { msg: "it said hi" } }] },
    ] as const;
    expect(await ask(models, { messages, tools: [tool] })).toMatchObject({ text: "done", finishReason: "stop" });
    const sent = JSON.stringify(server.requests[1]!.body);
    for (const part of ["let me", "it said hi", "c1"]) expect(sent).toContain(part);
    expect(sent).not.toContain("item_reference");
    if (format !== "chat" && format !== "openai-chat") expect(sent).toContain("proof");
  });

  test("the state of one provider is not sent to another", async () => {
    server.script({ chunks: ["ok"] });
    const state = {
      provider: "other",
      data: [
        {
          type: "reasoning",
          text: "secret thought",
          options: { openai: { itemId: "x", reasoningEncryptedContent: "e" } },
        },
      ],
    };
    await ask(models, {
      messages: [
        { role: "user", text: "go" },
        { role: "assistant", text: "was", toolCalls: [], state },
        { role: "user", text: "on" },
      ],
    });
    expect(JSON.stringify(server.requests[0]!.body)).not.toContain("secret thought");
  });

  test("arguments that are not JSON are sent back as an object", async () => {
    server.script({ chunks: ["ok"] });
    const call = { id: "c1", name: "echo", arguments: `{"msg": ` };
    await ask(models, {
      messages: [
        { role: "user", text: "go" },
        { role: "assistant", text: "", toolCalls: [call] },
        {
          role: "tool",
          results: [{ callId: "c1", name: "echo", result: { error: { code: "ICE_TOOL_ARGS", message: "no" } } }],
        },
      ],
      tools: [tool],
    });
    expect(JSON.stringify(server.requests[0]!.body)).toMatch(/invalid.+ICE_TOOL_ARGS/);
  });

  test("impossible token counts are reported as unknown", async () => {
    for (const usage of [
      { input: -5, output: 1e300 },
      { input: 1.5, output: 2e9 },
    ]) {
      server.script({ chunks: ["x"], usage });
      const answer = await ask(models);
      expect(answer.usage.inputTokens).toBeUndefined();
      expect(answer.usage.outputTokens).toBeUndefined();
    }
    server.script({ chunks: ["x"], usage: { input: 3, output: 1, cached: 2 } });
    expect((await ask(models)).usage).toMatchObject({ inputTokens: 3, outputTokens: 1, cachedInputTokens: 2 });
  });

  test("a value that is not an object is wrapped in one", async () => {
    server.script({ chunks: [`{"value":`, `[1,2]}`] });
    const parts: string[] = [];
    const jsonSchema = z.toJSONSchema(z.array(z.number())) as never;
    const { text } = await ask(models, { jsonSchema }, { onText: (part) => parts.push(part) });
    expect(text).toBe("[1,2]");
    expect(parts).toEqual(["[1,2]"]);
    expect(JSON.stringify(server.requests[0]!.body)).toMatch(/"properties":\{"value":\{/);
  });

  test("options that the owner has not allowed are refused before anything is sent", async () => {
    await expect(ask(models, { options: { mcpServers: [{ url: "http://evil.example" }] } })).rejects.toMatchObject({
      code: "ICE_MODEL_REJECTED",
      fix: expect.stringContaining("models.providers.near.options"),
    });
    await expect(ask(models, { options: { topp: 1 } })).rejects.toMatchObject({
      fix: expect.stringContaining(`did you mean "topP"?`),
    });
    await expect(ask(models, { options: { topP: "high" } })).rejects.toMatchObject({
      code: "ICE_MODEL_REJECTED",
      message: expect.stringContaining("topP"),
    });
    expect(server.requests).toEqual([]);
  });
});
