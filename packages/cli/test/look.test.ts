import { createRequire } from "node:module";
import { codeGate } from "@ice/core/internal";
import { describe, expect, test, vi } from "vitest";
import { blueprint, echo, ice } from "./fake-terminal.ts";

vi.setConfig({ testTimeout: 60_000 }); // doctor starts every language of the sandbox

describe("graph", () => {
  const files = { "w.json": blueprint([echo("a"), echo("b", {}, { dependencies: ["a"] })]) };
  const draw = (...flags: string[]) => ice(["graph", "w.json", ...flags], { files });

  test("draws Mermaid, DOT or data on stdout", async () => {
    expect((await draw()).stdout).toMatch(/^flowchart TD\n[\s\S]*n_a --> n_b\n$/);
    expect((await draw("--format", "dot")).stdout).toMatch(/^digraph workflow \{[\s\S]*"a" -> "b";\n\}\n$/);
    expect((await draw("--format", "json")).json).toMatchObject({
      nodes: [
        { path: "a", type: "tool" },
        { path: "b", type: "tool" },
      ],
      edges: [{ from: "a", to: "b" }],
    });
  });

  test("with --json wraps the picture in a document", async () => {
    const { stdout: text } = await draw("--format", "dot");
    expect((await draw("--format", "dot", "--json")).json).toEqual({ format: "dot", text });
    expect((await draw("--format", "json", "--json")).json).toHaveProperty("edges");
  });

  test("of a blueprint that is not valid reports the issues instead", async () => {
    const bad = { "w.json": blueprint([echo("a"), echo("a")]) };
    expect(await ice(["graph", "w.json"], { files: bad })).toMatchObject({ code: 3, stdout: "" });
    expect((await ice(["graph", "w.json", "--json"], { files: bad })).json).toMatchObject({ valid: false });
  });

  test("analyses the blueprint once", async () => {
    const [core, zod] = ["@ice/core", "zod"].map((name) =>
      JSON.stringify(createRequire(import.meta.url).resolve(name)),
    );
    const config = `
      import { defineNode } from ${core};
      import { z } from ${zod};
      globalThis.analyses = 0;
      const config = z.object({});
      const node = defineNode({ type: "counted", description: "", config, lint: () => (globalThis.analyses++, []) });
      const setup = (host) => host.registerNode(node, () => 1);
      export default { plugins: [{ name: "p", apiVersion: 1, needs: [], setup }] };`;
    const counted = { "ice.config.mjs": config, "w.json": blueprint([{ id: "a", type: "counted" }]) };
    expect((await ice(["graph", "w.json"], { files: counted })).stdout).toContain("n_a");
    expect(globalThis).toHaveProperty("analyses", 1);
  });

  test("resolves what the blueprint names beside itself", async () => {
    const nested = {
      "flows/w.json": blueprint([{ id: "s", type: "workflow", workflowRef: "./child.json" }]),
      "flows/child.json": blueprint([echo("x")]),
    };
    expect((await ice(["graph", "flows/w.json"], { files: nested })).stdout).toContain("n_s");
  });
});

describe("nodes", () => {
  test("list names every type with its description and who registered it", async () => {
    const { code, stdout } = await ice(["nodes", "list"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tool +\S/m);
    expect((await ice(["nodes", "--json"])).json).toMatchObject({
      nodes: expect.arrayContaining([
        { type: "loop", description: expect.any(String), registeredBy: "@ice/orchestrator" },
      ]),
    });
  });

  test("show lists the fields of one, required ones with a star", async () => {
    const { stdout } = await ice(["nodes", "show", "loop"]);
    expect(stdout).toMatch(/^loop: /);
    expect(stdout).toMatch(/^ {2}itemsSource\* +\S/m);
    expect(stdout).toMatch(/^ {2}parallel +boolean, default false: \S/m);
    expect(stdout).toMatch(/^ {2}retryPolicy\.maxAttempts +integer, default 3: \S/m);
    expect(stdout).toMatch(/\n\nOutput:\n {4}list of any JSON\b.*\n$/);
    expect((await ice(["nodes", "show", "human"])).stdout).toMatch(
      /^Output:\n(?: {2}\w+\* .*\n)* {2}timedOut\* +boolean/m,
    );
    expect((await ice(["nodes", "show", "loop", "--json"])).json).toMatchObject({
      type: "loop",
      output: { type: "array" },
      schema: { required: expect.arrayContaining(["itemsSource"]), properties: { maxIterations: { default: 1000 } } },
    });
  });

  test("an unknown type is not found, with a suggestion", async () => {
    expect(await ice(["nodes", "show", "lop"])).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^error ICE_NODE_TYPE_UNKNOWN [\s\S]*fix: did you mean "loop"\?\n$/),
    });
  });
});

describe("tools", () => {
  test("list names every tool with its arguments", async () => {
    const { stdout } = await ice(["tools", "list"]);
    expect(stdout).toMatch(/^echo +Returns its arguments\. {2}\(any arguments\)$/m);
    expect(stdout).toMatch(/^csv_read +.*\(path, encoding, delimiter, header, types, maxRows\)$/m);
    expect((await ice(["tools", "--json"])).json).toMatchObject({
      tools: expect.arrayContaining([
        expect.objectContaining({ name: "text_write", sideEffects: "external", args: expect.any(Object) }),
      ]),
    });
  });
});

describe("tools show", () => {
  test("shows the arguments of one, nested ones too, and what it gives", async () => {
    const { stdout } = await ice(["tools", "show", "aggregate"]);
    expect(stdout).toMatch(/^aggregate: \S/);
    expect(stdout).toMatch(/^ {2}measures\.\*\.op\* +`count` \|/m);
    expect((await ice(["tools", "show", "csv_read"])).stdout).toMatch(/^Output:\n {2}items\* +list of /m);
    expect((await ice(["tools", "show", "csv_read", "--json"])).json).toMatchObject({
      name: "csv_read",
      args: { properties: { path: { type: "string" } } },
      output: { properties: { items: { type: "array" } } },
    });
  });

  test("an unknown tool is not found, and says what was meant; without a name there is nothing to show", async () => {
    expect(await ice(["tools", "show", "csv_raed"])).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^error ICE_TOOL_UNKNOWN [\s\S]*fix: did you mean "csv_read"\?\n$/),
    });
    expect((await ice(["tools", "show"])).code).toBe(2);
  });
});

describe("schema", () => {
  test("is the JSON Schema of blueprints, plugin types included", async () => {
    const plugin = `{ name: "p", apiVersion: 1, needs: [], setup: (host) => host.registerNode("mood", () => 1) }`;
    const { json } = await ice(["schema"], { files: { "ice.config.mjs": `export default { plugins: [${plugin}] };` } });
    expect(json).toMatchObject({ type: "object", properties: { nodes: { type: "array" } } });
    expect(JSON.stringify(json)).toContain('"const":"loop"');
    expect(JSON.stringify(json)).toContain('"const":"mood"');
  });
});

/** Spares `doctor` the start of every language. */
const noCode = { [codeGate]: "0" };

describe("doctor", () => {
  test("checks the machine and the start of the engine", async () => {
    const { code, stdout } = await ice(["doctor"]);
    expect(code).toBe(0);
    expect(stdout.match(/^✓ \w+/gm)).toEqual([
      "✓ node",
      "✓ clock",
      "✓ directory",
      "✓ engine",
      "✓ store",
      "✓ models",
      "✓ sandbox",
    ]);
    expect((await ice(["doctor", "--json"], { env: noCode })).json).toMatchObject({
      ok: true,
      checks: [
        { check: "node", ok: true, detail: process.version },
        {},
        {},
        { check: "engine", ok: true },
        { check: "store", ok: true, detail: expect.stringMatching(/^runs are stored in sqlite:/) },
        { check: "models", ok: true },
        { check: "sandbox", ok: true, detail: expect.stringContaining("switched off") },
      ],
    });
  });

  test("reports the problem of the configuration, and the fix", async () => {
    const files = { "ice.config.mjs": "export default { plugin: [] };" };
    const { code, json } = await ice(["doctor", "--json"], { files });
    expect(code).toBe(1);
    expect(json).toMatchObject({
      ok: false,
      checks: [
        {},
        {},
        {},
        { check: "engine", ok: false, detail: expect.stringContaining("`plugin`"), fix: 'did you mean "plugins"?' },
      ],
    });
    expect((await ice(["doctor", "--store", "mongodb:x"])).stdout).toMatch(
      /^✗ engine: .*\n {2}fix: use memory:, sqlite:PATH or postgres:/m,
    );
  });

  test("reports a store that cannot be reached, and checks the rest", async () => {
    const argv = ["doctor", "--store", "postgres://127.0.0.1:1/app", "--json"];
    const { code, json } = await ice(argv, { env: noCode });
    expect([code, (json as { checks: object[] }).checks.slice(3)]).toMatchObject([
      1,
      [
        { check: "engine", ok: true },
        {
          check: "store",
          ok: false,
          detail: expect.stringContaining("ECONNREFUSED"),
          fix: expect.stringContaining("check that Postgres runs"),
        },
        { check: "models", ok: true },
        { check: "sandbox", ok: true },
      ],
    ]);
  });

  test("reports a directory that does not exist", async () => {
    const { runCli } = await import("../src/index.ts");
    let stdout = "";
    const code = await runCli(["doctor"], {
      cwd: "/nowhere/at/all",
      env: noCode,
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: () => {} },
      readStdin: async () => "",
      onInterrupt: () => () => {},
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ directory: .*\n {2}fix: work in a directory that you may write$/m);
  });
});

describe("colours", () => {
  const files = { "w.json": blueprint([echo("a")]) };
  const validate = (setup: object, flags: readonly string[] = []) =>
    ice(["validate", "w.json", ...flags], { files, ...setup }).then(({ stderr }) => stderr);
  const approval = { id: "ask", type: "human", promptMessage: "Go?", approvalType: "approval" };
  const green = "\u001B[32mw.json is valid\u001B[39m\n";
  const plain = "w.json is valid\n";

  test.each([
    ["a pipe", {}, [], plain],
    ["a terminal", { stderrTTY: true }, [], green],
    ["NO_COLOR", { stderrTTY: true, env: { NO_COLOR: "1" } }, [], plain],
    ["an empty NO_COLOR", { stderrTTY: true, env: { NO_COLOR: "" } }, [], green],
    ["--no-color", { stderrTTY: true }, ["--no-color"], plain],
    ["TERM=dumb", { stderrTTY: true, env: { TERM: "dumb" } }, [], plain],
    ["FORCE_COLOR in a pipe", { env: { FORCE_COLOR: "1" } }, [], green],
    ["FORCE_COLOR=0 on a terminal", { stderrTTY: true, env: { FORCE_COLOR: "0" } }, [], plain],
    ["FORCE_COLOR and --no-color", { env: { FORCE_COLOR: "1" } }, ["--no-color"], plain],
  ])("%s", async (_name, setup, flags, expected) => {
    expect(await validate(setup, flags)).toBe(expected);
  });

  test("output to stdout depends on whether stdout is a terminal", async () => {
    expect((await ice(["doctor"], { env: noCode, stderrTTY: true })).stdout).not.toContain("\u001B");
    expect((await ice(["doctor"], { env: noCode, stdoutTTY: true })).stdout).toContain("\u001B[32m✓");
    const { stdout } = await ice(["run", "w.json"], { files, stderrTTY: true, stdoutTTY: true });
    expect(stdout).toBe('{\n  "a": {}\n}\n');
    const { cwd } = await ice(["run", "ask.json", "--run-id", "r"], { files: { "ask.json": blueprint([approval]) } });
    for (const argv of [
      ["runs", "list"],
      ["explain", "r"],
      ["respond", "r", "ask", "--approve"],
    ]) {
      expect((await ice(argv, { cwd, stderrTTY: true })).stdout, argv[0]).not.toContain("\u001B");
      if (argv[0] !== "respond")
        expect((await ice(argv, { cwd, stdoutTTY: true })).stdout, argv[0]).toContain("\u001B");
    }
  });
});
