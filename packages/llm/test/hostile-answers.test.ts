import type { ModelMessage } from "@ice/core";
import { createFakeClock } from "@ice/testing";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { LanguageModels, LanguageModelsOptions, ProviderOptions } from "../src/index.ts";
import { ask, formats, modelsOf, startProvider, type Fault, type ProviderServer } from "./provider-server.ts";
import type { WireFormat } from "./wire-formats.ts";

/** What a server may send, or a model may write, to make ice work, keep or send more than it should. */

async function start(
  format: WireFormat,
  options: LanguageModelsOptions & { readonly provider?: ProviderOptions } = {},
): Promise<{ readonly server: ProviderServer; readonly models: LanguageModels }> {
  const server = await startProvider(format);
  const models = modelsOf(server, options);
  onTestFinished(async () => {
    await models.close();
    await server.close();
  });
  return { server, models };
}

const slowness = Number(process.env["ICE_TEST_SLOWNESS"] ?? 1);

/** Checks the time that the processor works. */
async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(ms * slowness);
  return result;
}

describe.each(formats)("%s", (format) => {
  let server: ProviderServer;
  let models: LanguageModels;
  beforeEach(async () => {
    server = await startProvider(format);
    models = modelsOf(server, { limits: { textBytes: 20_000 } });
  });
  afterEach(async () => {
    await models.close();
    await server.close();
  });

  test.each<[string, Fault]>([
    ["a name of a tool", { calls: [{ id: "c", name: "n".repeat(30_000), args: "{}" }] }],
    ["an id of a call", { calls: [{ id: "c".repeat(30_000), name: "n", args: "{}" }] }],
    ["arguments", { calls: [{ id: "c", name: "n", args: `{"a":"${"x".repeat(30_000)}"}` }] }],
    ["calls", { calls: Array.from({ length: 200 }, (_, at) => ({ id: `c${at}`, name: "n", args: "{}" })) }],
  ])("%s of more than models.limits.textBytes is not kept", async (_, reply) => {
    server.script(reply);
    await expect(ask(models)).rejects.toMatchObject({ code: "ICE_MODEL_LIMIT" });
  });

  test("a call to an impossible tool name is sent back under a name that the provider accepts", async () => {
    server.script({ chunks: ["fine"] });
    const names = ["no such tool!", "n".repeat(300), "ünï.code", ""];
    const toolCalls = names.map((name, at) => ({ id: `c${at}`, name, arguments: "{}" }));
    const error = { error: { code: "ICE_TOOL_UNKNOWN", message: "no" } };
    const results = toolCalls.map(({ id, name }) => ({ callId: id, name, result: error }));
    const messages: ModelMessage[] = [
      { role: "user", text: "go" },
      { role: "assistant", text: "", toolCalls },
      { role: "tool", results },
    ];
    await ask(models, { messages });
    const sent = Array.from(
      JSON.stringify(server.requests[0]!.body).matchAll(/"name":"([^"]*)"/g),
      ([, name]) => name!,
    );
    expect(sent.length).toBeGreaterThanOrEqual(4);
    for (const name of sent) expect(name).toMatch(/^[\w-]{1,64}$/);
  });

  test("arguments that could not be read go back as they were written", async () => {
    server.script({ chunks: ["fine"] });
    const deep = `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
    for (const args of ['{"id":1234567890123456789}', deep]) {
      const messages: ModelMessage[] = [
        { role: "user", text: "go" },
        { role: "assistant", text: "", toolCalls: [{ id: "c", name: "n", arguments: args }] },
        { role: "tool", results: [{ callId: "c", name: "n", result: "no" }] },
      ];
      await ask(models, { messages });
      const sent = JSON.stringify(server.requests.at(-1)!.body).replaceAll("\\", "");
      expect(sent).toContain(`{"invalid":"${args.replaceAll("\\", "")}"}`);
    }
  });

  test.each([
    [401, "ICE_MODEL_AUTH"],
    [429, "ICE_MODEL_RATE_LIMITED"],
  ])("an endless error response with status %i is still %s", async (status, code) => {
    const clock = createFakeClock();
    await models.close();
    models = modelsOf(server, { clock });
    server.script({ status, body: '{"error":{"message":"no', stallsAfterBody: true });
    const asked = ask(models).then(String, (error: unknown) => error);
    await expect.poll(() => server.requests.length).toBe(1);
    await expect.poll(async () => (await clock.advance(1000), server.requests[0]!.closedEarlyMs)).toBeDefined();
    expect(await asked).toMatchObject({ code });
  });

  test("an endless event of many lines is stopped", async () => {
    const lines = `data: ["x",\n`.repeat(150_000);
    server.script({ body: lines, headers: { "content-type": "text/event-stream" } });
    await expect(ask(models)).rejects.toMatchObject({ code: "ICE_MODEL_LIMIT" });
  });
});

test.each(["responses", "messages", "google"] as const)(
  "%s: state that the provider expects back counts too",
  async (format) => {
    const { server, models } = await start(format, { limits: { textBytes: 20_000 } });
    server.script({
      reasoning: "hm",
      signature: "s".repeat(30_000),
      chunks: ["x"],
      calls: [{ id: "c", name: "n", args: "{}" }],
    });
    await expect(ask(models)).rejects.toMatchObject({ code: "ICE_MODEL_LIMIT" });
  },
);

test("empty or colliding ids of 40,000 calls are made unique quickly", async () => {
  const { server, models } = await start("chat", { limits: { textBytes: 64 * 2 ** 20 } });
  const calls = Array.from({ length: 40_000 }, (_, at) => ({
    id: at % 2 === 0 ? `call_${at}` : "",
    name: "n",
    args: "{}",
  }));
  server.script({ calls });
  const { toolCalls } = await within(5000, () => ask(models));
  expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(40_000);
  expect(toolCalls[39_998]).toMatchObject({ id: "call_39998" });
});

const jsonSchema = { type: "array", items: { type: "number" } } as const;

test("a value wrapped in an object keeps every digit for the check that follows", async () => {
  const { server, models } = await start("chat");
  for (const [sent, text] of [
    ['{"value":[1234567890123456789, 1e999]}', "[1234567890123456789, 1e999]"],
    [' { "value" : [1] }\n', "[1]"],
    ['{"value":[1],"note":"}"}', "[1]"],
    ['{"note":1,"value":[2]}', "[2]"],
    ['{"value":[1],"value":[2]}', "[2]"],
    ['{"value":[1]', '{"value":[1]'],
    ["[3]", "[3]"],
  ] as const) {
    server.script({ chunks: [sent] });
    expect((await ask(models, { jsonSchema })).text).toBe(text);
  }
});

describe("a code fence around JSON", () => {
  test.each([
    ["```json\n[1]\n```", "[1]"],
    ["\n ```\n\n[1]\n\n``` \n", "[1]"],
    ["```json  \r\n[1]\r\n```", "[1]"],
    ["```\n```", ""],
    ["```js\n[1]\n```", "```js\n[1]\n```"],
    ["```json\n[1]", "```json\n[1]"],
    ["```[1]```", "```[1]```"],
    ["``` ```", "``` ```"],
  ])("%j", async (sent, text) => {
    const { server, models } = await start("chat", { provider: { structuredOutputs: false } });
    server.script({ chunks: [sent] });
    expect((await ask(models, { jsonSchema: { type: "object" } })).text).toBe(text);
  });

  test.each([
    ["line feeds", "\n"],
    ["spaces", " "],
    ["fences", "```"],
    ["fences in lines", "```\n"],
  ])("without an end, of %s, is scanned once", async (_, part) => {
    const { server, models } = await start("chat", { provider: { structuredOutputs: false } });
    const sent = `\`\`\`\n${part.repeat(600_000)}x`;
    server.script({ chunks: [sent] });
    expect((await within(1000, () => ask(models, { jsonSchema: { type: "object" } }))).text).toBe(sent);
  });
});

test("a secret may be part of a header, and no message repeats it", async () => {
  const { server, models } = await start("chat", {
    env: { TOKEN: "token-0123456789\n" },
    provider: {
      apiKey: "secret://TOKEN",
      headers: { "x-auth": "Bearer secret://TOKEN", "x-two": "secret://TOKEN,secret://TOKEN" },
    },
  });
  server.script({ status: 400, body: JSON.stringify({ error: { message: "what is token-0123456789?" } }) });
  await expect(ask(models)).rejects.toMatchObject({ message: expect.stringMatching(/what is …\?$/) as string });
  expect(server.requests[0]!.headers).toMatchObject({
    authorization: "Bearer token-0123456789",
    "x-auth": "Bearer token-0123456789",
    "x-two": "token-0123456789,token-0123456789",
  });
});
