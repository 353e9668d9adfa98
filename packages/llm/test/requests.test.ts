import { afterEach, expect, test, vi } from "vitest";
import type { JsonObject } from "@ice/core";
import type { LanguageModelsOptions, ProviderOptions } from "../src/index.ts";
import { ask, key, modelsOf, startProvider, type ProviderServer } from "./provider-server.ts";
import type { WireFormat } from "./wire-formats.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of open.splice(0)) await close();
});

async function start(
  format: WireFormat,
  options: LanguageModelsOptions & { readonly provider?: ProviderOptions } = {},
) {
  const server = await startProvider(format);
  const models = modelsOf(server, options);
  open.push(server.close, models.close);
  return { server, models };
}

const bodyOf = (server: ProviderServer) => server.requests.at(-1)!.body as JsonObject;

const closed = {
  type: "object",
  properties: { name: { type: "string" }, tags: { type: "array", items: { type: "string" } } },
  required: ["name", "tags"],
  additionalProperties: false,
} as const;
const loose = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer", default: 7 } },
  required: ["name"],
} as const;

test.each([
  ["responses", (body: JsonObject) => body["text"]],
  ["openai-chat", (body: JsonObject) => body["response_format"]],
  ["chat", (body: JsonObject) => body["response_format"]],
] as const)("%s: only closed schemas are strict", async (format, formatOf) => {
  const { server, models } = await start(format);
  server.script({ chunks: ["{}"] });
  for (const [schema, strict] of [
    [closed, true],
    [loose, false],
  ] as const) {
    await ask(models, { jsonSchema: schema, tools: [{ name: "echo", description: "", parameters: schema }] });
    expect(JSON.stringify(formatOf(bodyOf(server)))).toContain(`"strict":${strict}`);
    if (format !== "chat") expect(JSON.stringify(bodyOf(server)["tools"])).toContain(`"strict":${strict}`);
  }
});

test.each(["responses", "openai-chat"] as const)("%s: nothing is stored at OpenAI", async (format) => {
  const { server, models } = await start(format);
  server.script({ chunks: ["x"] });
  await ask(models);
  expect(bodyOf(server)["store"]).toBe(false);
});

test("OpenAI reasoning is received and sent back encrypted", async () => {
  const { server, models } = await start("responses");
  server.script({ reasoning: "hm", signature: "sealed", chunks: ["a"] }, { chunks: ["b"] });
  const first = await ask(models, { model: "near/gpt-5-mini" });
  expect(bodyOf(server)["include"]).toEqual(["reasoning.encrypted_content"]);
  await ask(models, {
    model: "near/gpt-5-mini",
    messages: [
      { role: "user", text: "1" },
      { role: "assistant", ...first },
      { role: "user", text: "2" },
    ],
  });
  expect(bodyOf(server)["input"]).toEqual([
    expect.objectContaining({ role: "user" }),
    { type: "reasoning", id: "rs", encrypted_content: "sealed", summary: [{ type: "summary_text", text: "hm" }] },
    expect.objectContaining({ role: "assistant" }),
    expect.objectContaining({ role: "user" }),
  ]);
});

test("OpenAI reasoning that is not encrypted is not sent back: without a stored copy it would be refused", async () => {
  const { server, models } = await start("responses");
  server.script({ reasoning: "hm", chunks: ["a"] }, { chunks: ["b"] });
  const first = await ask(models);
  await ask(models, {
    messages: [
      { role: "user", text: "1" },
      { role: "assistant", ...first },
      { role: "user", text: "2" },
    ],
  });
  expect(JSON.stringify(bodyOf(server))).not.toContain(`"reasoning"`);
});

test("requests to Anthropic bound the answer", async () => {
  const { server, models } = await start("messages");
  server.script({ chunks: ["x"] });
  await ask(models, { model: "near/claude-opus-5" });
  expect(bodyOf(server)["max_tokens"]).toBe(4096);
  await ask(models, { model: "near/claude-opus-5", maxTokens: 9 });
  expect(bodyOf(server)["max_tokens"]).toBe(9);
});

test("options that a provider ignores are reported as warnings", async () => {
  const { server, models } = await start("messages");
  server.script({ chunks: ["x"] });
  const { warnings } = await ask(models, { options: { seed: 1, frequencyPenalty: 1 } });
  expect(warnings).toEqual(["frequencyPenalty: not supported", "seed: not supported"]);
  expect((await ask(models)).warnings).toEqual([]);
});

test("a server without schema support gets the schema in the prompt, and a code fence around its JSON is removed", async () => {
  const { server, models } = await start("chat", { provider: { structuredOutputs: false } });
  server.script({ chunks: ["```json\n", `{"name":"Ada"}`, "\n```"] });
  const parts: string[] = [];
  const { text } = await ask(models, { system: "be kind", jsonSchema: loose }, { onText: (part) => parts.push(part) });
  expect(text).toBe(`{"name":"Ada"}`);
  expect(parts).toEqual([text]);
  expect(bodyOf(server)["response_format"]).toBeUndefined();
  expect(bodyOf(server)["messages"]).toMatchObject([
    { role: "system", content: expect.stringMatching(/^be kind\n\n.+JSON Schema:\n.+"age"/s) },
    {},
  ]);
});

test("options that the owner allows reach the provider", async () => {
  const { server, models } = await start("chat", { provider: { options: ["top_a"] } });
  server.script({ chunks: ["x"] });
  await ask(models, { options: { top_a: 0.5, topP: 0.9, seed: 7, stopSequences: ["END"] } });
  expect(bodyOf(server)).toMatchObject({ top_a: 0.5, top_p: 0.9, seed: 7, stop: ["END"] });
});

test("environment variables of the provider packages do not redirect requests", async () => {
  vi.stubEnv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
  vi.stubEnv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9/v1");
  for (const format of ["responses", "messages"] as const) {
    const { server, models } = await start(format);
    server.script({ chunks: ["x"] });
    await ask(models);
    expect(server.requests).toHaveLength(1);
  }
});

test("keys and headers may be secrets, which are looked up for each request", async () => {
  const asked: string[] = [];
  const resolveSecret = (name: string) => `value-of-${name}-${asked.push(name)}`;
  const { server, models } = await start("chat", {
    provider: { apiKey: "secret://KEY", headers: { "x-team": "secret://TEAM", "x-plain": "plain" } },
    resolveSecret,
  });
  server.script({ status: 401, body: JSON.stringify({ error: "no value-of-KEY-1 of value-of-TEAM-2" }) });
  await expect(ask(models)).rejects.toThrow(/: no … of …$/);
  expect(server.requests[0]!.headers).toMatchObject({
    authorization: "Bearer value-of-KEY-1",
    "x-team": "value-of-TEAM-2",
    "x-plain": "plain",
  });
  expect(asked).toEqual(["KEY", "TEAM"]);
});

test("without a secret service, secrets are read from the environment", async () => {
  const { server, models } = await start("chat", {
    provider: { apiKey: "secret://MY_KEY" },
    env: { MY_KEY: "from-the-environment" },
  });
  server.script({ chunks: ["x"] });
  await ask(models);
  expect(server.requests[0]!.headers["authorization"]).toBe("Bearer from-the-environment");
  const { models: others } = await start("chat", { provider: { apiKey: "secret://MY_KEY" }, env: { MY_KEY: "" } });
  await expect(ask(others)).rejects.toMatchObject({
    code: "ICE_SECRET_UNKNOWN",
    fix: expect.stringContaining("MY_KEY"),
  });
});

test("an error in the middle of an answer keeps its kind", async () => {
  const event = (data: object) => `event: error\ndata: ${JSON.stringify(data)}\n\n`;
  const headers = { "content-type": "text/event-stream" };
  const cases = [
    [
      "messages",
      event({ type: "error", error: { type: "overloaded_error", message: "too busy" } }),
      "ICE_MODEL_UNAVAILABLE",
    ],
    [
      "messages",
      event({ type: "error", error: { type: "rate_limit_error", message: "too busy" } }),
      "ICE_MODEL_RATE_LIMITED",
    ],
    [
      "responses",
      event({
        type: "error",
        sequence_number: 0,
        error: { type: "server_error", code: "server_error", message: "too busy", param: null },
      }),
      "ICE_MODEL_UNAVAILABLE",
    ],
    [
      "openai-chat",
      `data: ${JSON.stringify({ error: { type: "server_error", message: "too busy", param: null, code: null } })}\n\n`,
      "ICE_MODEL_UNAVAILABLE",
    ],
    [
      "chat",
      `data: ${JSON.stringify({ error: { type: "rate_limit_exceeded", message: "too busy" } })}\n\n`,
      "ICE_MODEL_RATE_LIMITED",
    ],
    [
      "google",
      `data: ${JSON.stringify({ error: { code: 503, message: "too busy", status: "UNAVAILABLE" } })}\n\n`,
      "ICE_MODEL_UNAVAILABLE",
    ],
  ] as const;
  for (const [format, body, code] of cases) {
    const { server, models } = await start(format);
    server.script({ body, headers });
    await expect(ask(models), `${format} ${code}`).rejects.toMatchObject({
      code,
      retryable: true,
      message: expect.stringMatching(/too busy$/),
    });
  }
});

test("values that an adapter or a header cannot take are refused before anything is sent", async () => {
  const { server, models } = await start("messages", { provider: { options: ["thinking"] } });
  await expect(ask(models, { options: { thinking: "a lot" } })).rejects.toMatchObject({
    code: "ICE_MODEL_REJECTED",
    retryable: false,
  });
  const { server: other, models: others } = await start("chat", { provider: { apiKey: "key-with\nline-feed" } });
  const error = (await ask(others).catch((error: unknown) => error)) as Error;
  expect(error).toMatchObject({ code: "ICE_MODEL_REJECTED", retryable: false });
  expect(error.message).not.toContain("key-with");
  expect([...server.requests, ...other.requests]).toEqual([]);
});

test("a key may end with a line feed, as in a file", async () => {
  const { server, models } = await start("chat", { provider: { apiKey: "key-of-a-file\n" } });
  server.script({ chunks: ["x"] });
  await ask(models);
  expect(server.requests[0]!.headers["authorization"]).toBe("Bearer key-of-a-file");
});

test("where Anthropic takes no schema, its adapter requests a tool call, which is returned as text", async () => {
  const { server, models } = await start("messages");
  server.script({ calls: [{ id: "c", name: "json", args: `{"name":"Ada"}` }] });
  const answer = await ask(models, {
    jsonSchema: { ...loose, additionalProperties: true },
    model: "near/claude-opus-5",
  });
  expect(answer).toMatchObject({ text: `{"name":"Ada"}`, toolCalls: [], finishReason: "stop" });
});

test("an OpenAI answer without reasoning has no state", async () => {
  const { server, models } = await start("responses");
  server.script({ chunks: ["a"], calls: [{ id: "c", name: "echo", args: "{}" }] });
  expect((await ask(models, { tools: [{ name: "echo", description: "", parameters: loose }] })).state).toBeUndefined();
});

test("an error message quotes at most 500 characters of a provider, in one line", async () => {
  const { server, models } = await start("chat");
  server.script({
    status: 400,
    body: JSON.stringify({ error: { message: `\u001b[31mred\nhttp://user:pass@host/ ${key} ${"x".repeat(5000)}` } }),
  });
  const error = (await ask(models).catch((error: unknown) => error)) as Error;
  expect(error.message).toMatch(/: \[31mred http:\/\/…@host\/ … x+…$/);
  expect(error.message.length).toBeLessThan(620);
});

test("requests still work after `close()`", async () => {
  const { server, models } = await start("chat");
  server.script({ chunks: ["x"] });
  await ask(models);
  await models.close();
  expect(await ask(models)).toMatchObject({ text: "x" });
});
