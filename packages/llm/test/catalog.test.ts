import { expect, test } from "vitest";
import { createLanguageModels, type LanguageModelsOptions } from "../src/index.ts";

const { signal } = new AbortController();
const tokens = { inputTokens: 1_000_000, outputTokens: 100_000, cachedInputTokens: 200_000, reasoningTokens: 0 };
const near = { type: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1" } as const;

test.each([
  [{}, "mock/echo"],
  [{ OPENAI_API_KEY: "", GEMINI_API_KEY: "" }, "mock/echo"],
  [{ GEMINI_API_KEY: "k" }, "google/gemini-3.5-flash-lite"],
  [{ GEMINI_API_KEY: "", GOOGLE_GENERATIVE_AI_API_KEY: "k" }, "google/gemini-3.5-flash-lite"],
  [{ ANTHROPIC_API_KEY: "k", GEMINI_API_KEY: "k" }, "anthropic/claude-haiku-4-5"],
  [{ OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" }, "openai/gpt-5.4-mini"],
])("with %j the default model is %s", (env, model) => {
  const models = createLanguageModels({ env });
  expect(models.describe("default")).toMatchObject([{ model, missing: undefined, cost: expect.any(Function) }]);
  expect(models.list().aliases).toEqual({ default: [model] });
});

test("the owner's aliases may be chains and take precedence", () => {
  const models = createLanguageModels({
    env: { OPENAI_API_KEY: "k" },
    providers: { near },
    aliases: { default: "near/a", fast: ["near/b", "openai/gpt-5-mini"] },
  });
  expect(models.describe("fast").map(({ model }) => model)).toEqual(["near/b", "openai/gpt-5-mini"]);
  expect(models.describe("default")[0].model).toBe("near/a");
  expect(models.list().aliases).toEqual({ default: ["near/a"], fast: ["near/b", "openai/gpt-5-mini"] });
});

test("a provider without a key is described as such, and nothing is sent", async () => {
  const models = createLanguageModels({ env: {} });
  expect(models.describe("openai/gpt-x")[0].missing).toEqual({
    message: `The provider "openai" has no key.`,
    fix: `set OPENAI_API_KEY, or set models.providers.openai.apiKey, for example to "secret://NAME"`,
  });
  await expect(
    models.generate({ model: "google/gemini-x", messages: [{ role: "user", text: "x" }] }, { signal }),
  ).rejects.toMatchObject({
    code: "ICE_MODEL_KEY_MISSING",
    retryable: false,
    fix: expect.stringContaining("GEMINI_API_KEY or GOOGLE_GENERATIVE_AI_API_KEY"),
  });
});

test("the key of the environment goes to the provider of that name only", () => {
  const models = createLanguageModels({
    env: { OPENAI_API_KEY: "k" },
    providers: { azure: { type: "openai", baseUrl: "https://example.com/v1" } },
  });
  expect(models.describe("openai/x")[0].missing).toBeUndefined();
  expect(models.describe("azure/x")[0].missing).toMatchObject({
    fix: expect.stringContaining("models.providers.azure.apiKey"),
  });
});

test("the list shows which providers are ready", () => {
  const { models, pricesDate } = createLanguageModels({ env: { OPENAI_API_KEY: "k" }, providers: { near } }).list();
  expect(models.map(({ provider, ready }) => [provider, ready])).toEqual([
    ["openai", true],
    ["anthropic", false],
    ["google", false],
    ["near", true],
    ["mock", true],
  ]);
  expect(pricesDate).toMatch(/^20\d\d-\d\d-\d\d$/);
});

test.each([
  ["opnai/gpt-x", /did you mean "openai"\?/],
  [
    "elsewhere/gpt-x",
    /configure models\.providers\.elsewhere \(providers: openai, anthropic, google, near, mock; aliases: default, fast\)/,
  ],
  ["fats", /did you mean "fast"\?/],
  ["gpt-5", /did you mean "openai\/gpt-5"\?/],
  ["claude-haiku-4-5", /did you mean "anthropic\/claude-haiku-4-5"\?/],
  ["openai", /write `openai\/MODEL`/],
  ["near", /write `near\/MODEL`/],
  ["something-else", /write `provider\/model`, or an alias/],
  ["near/", /write `provider\/model`/],
  ["near/../files?x=1", /write `provider\/model`/],
  ["near/a/../../b", /write `provider\/model`/],
  ["__proto__", /write `provider\/model`/],
  ["constructor/x", /configure models\.providers\.constructor/],
])("%s is not a model", (name, fix) => {
  const models = createLanguageModels({ env: {}, providers: { near }, aliases: { fast: "near/x" } });
  expect(() => models.describe(name)).toThrow(
    expect.objectContaining({ code: "ICE_MODEL_UNKNOWN", fix: expect.stringMatching(fix) }),
  );
});

test("the limit for tool results that a model sees", () => {
  const describe = (limits?: LanguageModelsOptions["limits"]) =>
    createLanguageModels({ env: {}, limits }).describe("default")[0];
  expect(describe({ toolResultBytes: 1000 }).toolResultBytes).toBe(1000);
  expect(describe().toolResultBytes).toBeUndefined();
});

test("model names may contain slashes and colons", () => {
  const models = createLanguageModels({ env: {}, providers: { near } });
  for (const model of ["near/org/m:7b", "near/@cf/meta/llama-3", "near/accounts/x/models/y"])
    expect(models.describe(model)[0].model).toBe(model);
});

test("prices: for the model, the provider, or from the table", () => {
  const costOf = (model: string, prices: LanguageModelsOptions["prices"] = {}) =>
    createLanguageModels({ env: {}, providers: { near }, prices }).describe(model)[0].cost?.(tokens);
  expect(costOf("near/m")).toBeUndefined();
  expect(costOf("near/m", { "near/*": { input: 1, output: 10 } })).toBeCloseTo(2);
  expect(
    costOf("near/m", { "near/*": { input: 1, output: 10 }, "near/m": { input: 2, cachedInput: 0.5, output: 0 } }),
  ).toBeCloseTo(1.7);
  expect(costOf("near/m", { "near/m": ({ inputTokens }) => inputTokens / 1e6 })).toBe(1);
  // (1,000,000 − 200,000) × $1 + 200,000 × $0.1 + 100,000 × $5, for a million each
  expect(costOf("anthropic/claude-haiku-4-5")).toBeCloseTo(1.32);
  expect(costOf("anthropic/claude-haiku-4-5", { "anthropic/*": { input: 0, output: 0 } })).toBe(0);
  expect(costOf("openai/gpt-5-mini")).toBeCloseTo(0.405);
  expect(costOf("openai/gpt-nothing")).toBeUndefined();
  expect(costOf("mock/echo")).toBe(0);
  expect(costOf("mock/echo", { "mock/*": { input: 1, output: 10 } })).toBeCloseTo(2);
});

test("the table covers model families, long requests and dates", () => {
  const at = (now: string) =>
    createLanguageModels({ env: {}, clock: { now: () => Date.parse(now), setTimer: () => () => {} } });
  const cost = (model: string, more: object = {}, now = "2026-12-01") =>
    at(now).describe(model)[0].cost!({ ...tokens, cachedInputTokens: 0, outputTokens: 0, ...more });
  expect(cost("google/gemini-2.5-pro-001")).toBeCloseTo(2.5); // more than 200,000 tokens
  expect(cost("google/gemini-2.5-pro-001", { inputTokens: 200_000 })).toBeCloseTo(0.25);
  expect(cost("google/gemini-2.5-pro-tts")).toBeCloseTo(1); // its own row, not that of the family
  expect(cost("google/gemini-3.6-flash")).toBeCloseTo(0.75);
  expect(cost("google/gemini-3.6-flash", {}, "2027-01-01")).toBeCloseTo(1.5);
  expect(cost("openai/gpt-6-luna-2026-09-09", { inputTokens: 1000 })).toBeCloseTo(0.0001);
});

test.each<[unknown, RegExp, RegExp?]>([
  [{ provider: {} }, /models\.provider is not a known field/, /did you mean "providers"\?/],
  [{ providers: { near: { type: "openai-compatible" } } }, /models\.providers\.near\.baseUrl is missing/],
  [
    { providers: { near: { baseUrl: "http://x/v1" } } },
    /models\.providers\.near\.type is missing/,
    /openai-compatible/,
  ],
  [
    { providers: { near: { type: "opena", baseUrl: "http://x/v1" } } },
    /^models\.providers\.near\.type must be one of "openai"/,
    /openai, anthropic, google or openai-compatible/,
  ],
  [
    { providers: { near: { ...near, baseURL: "http://x" } } },
    /models\.providers\.near\.baseURL is not a known field/,
    /did you mean "baseUrl"\?/,
  ],
  [
    { providers: { near: { ...near, baseUrl: "file:///etc/passwd" } } },
    /models\.providers\.near\.baseUrl/,
    /https:\/\/example\.com\/v1/,
  ],
  [{ providers: { near: { ...near, baseUrl: "http://a:b@x/v1" } } }, /holds a password/],
  [
    { providers: { openai: { apiKey: "secret:KEY" } } },
    /models\.providers\.openai\.apiKey is not a reference to a secret/,
    /write apiKey: "secret:\/\/NAME"/,
  ],
  [{ providers: { near: { ...near, api: "chat" } } }, /api is available only for the type openai/],
  [{ providers: { Near: near } }, /is not a valid provider id/],
  [{ providers: { mock: near } }, /is built in/],
  [{ aliases: { "a/b": "mock/echo" } }, /is not a valid alias name/],
  [{ aliases: { a: "echo" } }, /"echo" is not a model/],
  [{ aliases: { a: ["mock/echo", "opnai/x"] } }, /there is no provider "opnai"/, /did you mean "openai"\?/],
  [{ aliases: { a: [] } }, /models\.aliases\.a/, /provider\/model/],
  [{ prices: { "openai/x": { input: 1 } } }, /models\.prices\.openai\/x/],
  [{ prices: { "opnai/*": { input: 1, output: 1 } } }, /there is no provider "opnai"/],
  [{ limits: { textByte: 1 } }, /models\.limits\.textByte is not a known field/, /did you mean "textBytes"\?/],
  [{ limits: { idleSeconds: -1 } }, /models\.limits\.idleSeconds/, /default 300/],
])("%j is refused", (options, message, fix = /./) => {
  expect(() => createLanguageModels({ env: {}, ...(options as LanguageModelsOptions) })).toThrow(
    expect.objectContaining({
      code: "ICE_USAGE",
      message: expect.stringMatching(message),
      fix: expect.stringMatching(fix),
    }),
  );
});

test("a provider whose secret has no value is not ready", () => {
  const listed = (env: Record<string, string>) =>
    createLanguageModels({ env, providers: { openai: { apiKey: "secret://TEAM_KEY" } } })
      .list()
      .models.find(({ provider }) => provider === "openai");
  expect(listed({ TEAM_KEY: "sk-1" })).toEqual({ provider: "openai", ready: true });
  expect(listed({})).toEqual({
    provider: "openai",
    ready: false,
    fix: 'the secret "TEAM_KEY" has no value: set the environment variable TEAM_KEY, or declare secrets.TEAM_KEY',
  });
});
