import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blueprint, echo, ice } from "./fake-terminal.ts";
import { startProcess } from "./real-process.ts";

const zod = createRequire(createRequire(import.meta.url).resolve("@ice/core/package.json")).resolve("zod");
const ask = { id: "a", type: "llm", model: "default", prompt: "Good morning" };
const configured = (fields: object) => ({ "ice.config.mjs": `export default ${JSON.stringify(fields)};` });

describe("what is loaded", () => {
  /** Writes the names of the packages that a process loads, when it ends. */
  const recorder = `
    import { registerHooks } from "node:module";
    import { writeFileSync } from "node:fs";
    const loaded = new Set();
    registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
    process.on("exit", () => writeFileSync("loaded.json", JSON.stringify([...loaded])));`;

  /** Of packages with models, what a run loads. */
  async function loadedBy(nodes: readonly object[], files: Record<string, string> = {}): Promise<readonly string[]> {
    const { cwd, ended, text } = startProcess(["run", "w.json", "--quiet", "--store", "memory:"], {
      files: { ...files, "w.json": blueprint(nodes), "recorder.mjs": recorder },
      node: ["--import", "./recorder.mjs"],
    });
    expect(await ended, text.stderr).toMatchObject({ code: 0 });
    const urls = JSON.parse(readFileSync(join(cwd, "loaded.json"), "utf8")) as readonly string[];
    const names = urls.flatMap((url) => /\/packages\/(llm)\/|\/(@ai-sdk|undici|eventsource-parser)\//.exec(url) ?? []);
    return [...new Set(names.filter((name) => /^[\w@-]+$/.test(name ?? "")))];
  }

  test("without a model nothing of models", { timeout: 60_000 }, async () => {
    const files = configured({ agents: [{ name: "poet", model: "openai/gpt-5-mini" }] });
    expect(await loadedBy([echo("a", { v: 1 })], files)).toEqual([]);
  });

  test("with a mock nothing of providers", { timeout: 60_000 }, async () => {
    expect(await loadedBy([ask])).toEqual(["llm"]);
  });
});

describe("without configuration", () => {
  const run = (env: Record<string, string>, more: object = {}) =>
    ice(["validate", "w.json", "--json"], { files: { "w.json": blueprint([{ ...ask, ...more }]) }, env });

  test("`default` is a mock until a key is in the environment", async () => {
    const { json } = await ice(["run", "w.json", "--json"], { files: { "w.json": blueprint([ask]) } });
    expect(json).toMatchObject({ output: { a: { text: "Good morning", model: "mock/echo" } } });
    const model = "anthropic/claude-haiku-4-5";
    expect((await run({}, { model })).json).toMatchObject({
      valid: true,
      issues: [{ code: "ICE_MODEL_KEY_MISSING", severity: "warning" }],
    });
    expect((await run({ ANTHROPIC_API_KEY: "k" }, { model })).json).toMatchObject({ valid: true, issues: [] });
  });
});

describe("configured", () => {
  const echoing = { aliases: { fast: "mock/echo" } };

  test("models and agents are plain data", async () => {
    const agents = [{ name: "poet", model: "fast", system: "Rhyme.", maxTokens: 2, temperature: 0 }];
    const nodes = [{ id: "p", type: "agent", package: "poet", input: "an ode to rain" }];
    const files = { ...configured({ models: echoing, agents }), "w.json": blueprint(nodes) };
    const { json } = await ice(["run", "w.json", "--json"], { files });
    expect(json).toMatchObject({ output: { p: { output: "an ode t", finishReason: "length", steps: 1 } } });
  });

  test("a tool's result is shown to a model up to `limits.toolResultBytes`", async () => {
    const config = `
      import { z } from ${JSON.stringify(zod)};
      const long = { name: "long", description: "", sideEffects: "none", args: z.object({}), run: () => "0123456789".repeat(3) };
      export default { tools: [long], models: { limits: { toolResultBytes: 12 } } };`;
    const nodes = [{ id: "t", type: "agent", model: "mock/tools", tools: ["long"], input: "go" }];
    const { json } = await ice(["run", "w.json", "--json"], {
      files: { "ice.config.mjs": config, "w.json": blueprint(nodes) },
    });
    expect(json).toMatchObject({
      output: {
        t: {
          text: '["012345678901… [cut, 30 bytes in all]"]',
          toolCalls: [{ tool: "long", result: "0123456789".repeat(3) }],
        },
      },
    });
  });

  test.each([
    [
      { models: { providers: { near: { type: "openai-compatible" } } } },
      /ice\.config\.mjs is not valid: models\.providers\.near\.baseUrl is missing\.\nfix: write baseUrl/,
    ],
    [{ models: 3 }, /is not valid: `models` must be an object\.\nfix: give `models` an object with the models/],
    [{ models: { alias: {} } }, /models\.alias is not a known field\.\nfix: did you mean "aliases"\?/],
    [
      { agents: [{ name: "poet", modle: "fast" }] },
      /`agents\.0` must be an agent created with defineAgent\(\), or \{ name, model, … \}/,
    ],
    [
      { agents: [{ name: "poet", model: "fast", sytem: "Rhyme." }] },
      /unknown field `agents\.0\.sytem`\.\nfix: did you mean "system"\?/,
    ],
    [
      { agents: [{ name: "poet", model: "fast", maxIterations: 0 }] },
      /fix: give `agents\.0\.maxIterations` a number of answers of the model at most; default 10/,
    ],
    [
      { models: echoing, plugins: [{ name: "@ice/llm", apiVersion: 1, needs: [] }] },
      /it has `models` and a plugin `models\(\)`\.\nfix: write all models into one of the two/,
    ],
  ])("%j is refused", async (fields, message) => {
    const { code, stderr } = await ice(["tools"], { files: configured(fields) });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("what is shown", () => {
  const providers = { near: { type: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1" } };

  test("models list: what is ready, what the others need, the aliases", async () => {
    const files = configured({ models: { providers, aliases: { fast: ["near/m:7b", "mock/echo"] } } });
    const { json } = await ice(["models", "list", "--json"], { files, env: { OPENAI_API_KEY: "k" } });
    expect(json).toMatchObject({
      models: [
        { provider: "openai", ready: true },
        { provider: "anthropic", ready: false, fix: expect.stringContaining("set ANTHROPIC_API_KEY") as string },
        { provider: "google", ready: false },
        { provider: "near", ready: true },
        { provider: "mock", ready: true },
      ],
      aliases: { default: [expect.stringMatching(/^openai\//)], fast: ["near/m:7b", "mock/echo"] },
      pricesDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
    });
    const { stdout } = await ice(["models"], { files });
    expect(stdout).toMatch(/^Providers:\n {2}openai {5}set OPENAI_API_KEY, or set models\.providers/);
    expect(stdout).toMatch(/\n {2}near {7}ready\n {2}mock {7}ready\n\nAliases:\n {2}default {2}mock\/echo\n/);
    expect(stdout).toMatch(/\n {2}fast {5}near\/m:7b, then mock\/echo\n\nPrices of [\d-]+, unless/);
    expect(await ice(["models", "lst"])).toMatchObject({ code: 2 });
  });

  test("doctor: what is ready, and an alias that nothing answers", { timeout: 60_000 }, async () => {
    const modelsIn = async (files: Record<string, string>) => {
      const { json } = await ice(["doctor", "--json"], { files, env: { ICE_ENABLE_WASM: "0" } });
      return (json as { checks: { check: string }[] }).checks.find(({ check }) => check === "models");
    };
    expect(await modelsIn({})).toEqual({ check: "models", ok: true, detail: "ready: mock; `default` is mock/echo" });
    expect(await modelsIn(configured({ models: { aliases: { fast: ["openai/a", "google/b"] } } }))).toEqual({
      check: "models",
      ok: false,
      detail: 'no model of the alias "fast" is ready: The provider "openai" has no key.',
      fix: expect.stringContaining("OPENAI_API_KEY") as string,
    });
  });

  const three = [
    { id: "a", type: "llm", model: "mock/echo", prompt: "12345678" },
    echo("b", { v: 1 }),
    { id: "c", type: "llm", model: "mock/echo", prompt: "one", dependencies: ["a", "b"] },
  ];

  test("tokens of each node, and of the run", async () => {
    const { stderr } = await ice(["run", "w.json"], { files: { "w.json": blueprint(three) } });
    const lines = stderr
      .replaceAll(/\d+ ms/g, "T")
      .split("\n")
      .toSorted();
    expect(lines).toEqual([
      "",
      expect.stringMatching(/^completed [0-9a-f-]{36} T 6 tokens$/),
      "✓ a llm T 4 tokens",
      "✓ b tool T",
      "✓ c llm T 2 tokens",
    ]);
  });

  const streaming = (nodes: readonly object[], flags: readonly string[], setup: object = {}) =>
    ice(["run", "w.json", "--stream", ...flags], { files: { "w.json": blueprint(nodes) }, ...setup });

  test("--stream: on a terminal the text of the last of them, before the line of its node", async () => {
    const nodes = [...three.slice(0, 2), { ...three[2], prompt: "one\ntwo \u001B[2J" }];
    const { stderr, json } = await streaming(nodes, [], { stderrTTY: true, env: { NO_COLOR: "1" } });
    expect(stderr).toMatch(/✓ a llm \d+ ms 4 tokens\n[^]*one\ntwo \\u001b\[2J\n✓ c llm \d+ ms 6 tokens\ncompleted/);
    expect(stderr).not.toContain("12345678");
    expect(json).toHaveProperty("c.text", "one\ntwo \u001B[2J");
    const live = await streaming(nodes, ["--json"], { stderrTTY: true });
    expect(live.stderr).toContain("one\ntwo \\u001b[2J\n");
    expect(live.json).toMatchObject({ status: "completed" });
  });

  test("--stream without a terminal, and with nothing to show", async () => {
    const { stderr } = await streaming(three, []);
    expect(stderr).not.toMatch(/^one$/m);
    expect(await streaming([echo("a")], [])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("the list of nodes has none") as string,
    });
  });
});
