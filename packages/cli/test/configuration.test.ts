import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { defineConfig } from "../src/index.ts";
import { blueprint, echo, ice } from "./fake-terminal.ts";
import { startProcess } from "./real-process.ts";

const zod = createRequire(createRequire(import.meta.url).resolve("@ice/core/package.json")).resolve("zod");
const run = (config: string, nodes: readonly object[], flags: readonly string[] = ["--quiet"]) =>
  ice(["run", "w.json", ...flags], { files: { "ice.config.mjs": config, "w.json": blueprint(nodes) } });
/** A program that lists the node types in each folder that it is called with. */
const nodesIn = fileURLToPath(new URL("nodes-in-folders.ts", import.meta.url));
const call = (id: string, toolName: string, toolArgs: object = {}) => ({ id, type: "tool", toolName, toolArgs });

describe("contents", () => {
  test("tools, agents, workflows and plugins of the owner", async () => {
    const config = `
      import { z } from ${JSON.stringify(zod)};
      const shout = { name: "shout", description: "Shouts.", sideEffects: "none", args: z.object({ text: z.string() }), run: ({ text }) => text.toUpperCase() };
      const poet = { name: "poet", description: "", tools: [], run: ({ input }) => ({ output: "ode to " + input, text: "", finishReason: "stop" }) };
      const child = ${blueprint([echo("x", { v: 1 })]).replace("demo", "child")};
      const plugin = { name: "p", apiVersion: 1, needs: [], setup: (host) => host.registerNode("mood", () => "good") };
      export default { tools: [shout], agents: [poet], workflows: [child], plugins: [plugin], limits: { maxNodes: 4 }, store: "memory:" };
    `;
    const nodes = [
      call("a", "shout", { text: "hi" }),
      { id: "s", type: "workflow", workflowRef: "child" },
      { id: "m", type: "mood" },
    ];
    expect((await run(config, nodes)).json).toMatchObject({ a: "HI", s: { x: { v: 1 } }, m: "good" });
    const tooMany = await run(config, [...nodes, echo("d"), echo("e")], ["--json"]);
    expect(tooMany).toMatchObject({ code: 3, json: { issues: [{ code: "ICE_BLUEPRINT_LIMIT" }] } });
    const { stdout } = await ice(["tools"], { files: { "ice.config.mjs": config } });
    expect(stdout).toMatch(/^shout +Shouts\. {2}\(text\)$/m);
  });

  test("allow.read and allow.write set where files may be accessed; out/ is writable by default, the configuration never", async () => {
    const write = (path: string, config = "export default {};") =>
      run(config, [call("a", "text_write", { path, text: "x" })], ["--json"]);
    const denied = { json: { error: { code: "ICE_FILE_DENIED", path: "a" } } };
    expect(await write("out/a.txt")).toMatchObject({ json: { output: { a: { bytes: 1 } } } });
    expect(await write("a.txt")).toMatchObject(denied);
    const wide = "export default { allow: { write: ['.'] } };";
    expect(await write("a.txt", wide)).toMatchObject({ json: { output: { a: { bytes: 1 } } } });
    for (const path of ["ice.config.mjs", "ice.config.mts", "package.json", ".env", "w.json", ".ice/ice.db"])
      expect(await write(path, wide), path).toMatchObject(denied);
    const narrow = "export default { allow: { read: ['data'] } };";
    const read = (path: string) => run(narrow, [call("a", "text_read", { path })], ["--json"]);
    expect(await read("w.json")).toMatchObject(denied);
    expect(await read("data/none.txt")).toMatchObject({ json: { error: { code: "ICE_FILE_NOT_FOUND" } } });
  });

  test("stores are protected wherever they are, and so is the file of --config", async () => {
    const files = {
      "conf/own.mjs": "export default { allow: { write: ['.'] }, store: 'sqlite:kept.db' };",
      "w.json": blueprint([call("a", "text_write", { path: "{{ inputs.path }}", text: "x" })]),
    };
    for (const path of ["conf/own.mjs", "kept.db", "kept.db-wal", "other.db", "other.db-journal"]) {
      const flags = ["--json", "--config", "conf/own.mjs", "--store", "sqlite:other.db", "--input", `path=${path}`];
      const { json } = await ice(["run", "w.json", ...flags], { files });
      expect(json, path).toMatchObject({ error: { code: "ICE_FILE_DENIED", path: "a" } });
    }
  });

  test("the old allow.files means both, with a warning; paths start in its first directory", async () => {
    const read = [call("a", "text_read", { path: "../outside.txt" })];
    expect((await run("export default {};", read, ["--json"])).json).toMatchObject({
      error: { code: "ICE_FILE_DENIED" },
    });
    const files = {
      "ice.config.mjs": 'export default { allow: { files: ["data"] } };',
      "data/a.txt": "hi",
      "secret.txt": "no",
      "w.json": blueprint([call("a", "text_read", { path: "{{ inputs.path }}" })]),
    };
    const outcome = async (path: string) => {
      const { json } = await ice(["run", "w.json", "--json", "--input", `path=${path}`], { files });
      return json;
    };
    expect(await outcome("a.txt")).toMatchObject({ output: { a: { text: "hi" } } });
    expect(await outcome("../secret.txt")).toMatchObject({ error: { code: "ICE_FILE_DENIED" } });
    const { stderr } = await ice(["validate", "w.json"], { files });
    expect(stderr).toContain(
      "warning: `allow.files` in the configuration is deprecated: use `allow.read` and `allow.write`",
    );
  });

  test("the owner's tool pack replaces the built-in one, at any position", async () => {
    const tools = JSON.stringify(createRequire(import.meta.url).resolve("@ice/tools"));
    const config = `
      import { toolPack } from ${tools};
      const other = { name: "p", apiVersion: 1, needs: [], setup: (host) => host.registerNode("mood", () => "good") };
      export default { plugins: [other, toolPack()] };
    `;
    const nodes = [{ id: "m", type: "mood" }];
    const { stderr, code } = await ice(["validate", "w.json"], {
      files: { "ice.config.mjs": config, "w.json": blueprint(nodes) },
    });
    expect([code, stderr]).toEqual([0, "w.json is valid\n"]);
    expect((await ice(["tools"], { files: { "ice.config.mjs": config } })).stdout).toMatch(/^csv_read /m);
  });

  test("defineConfig returns the configuration as it is", () => {
    const config = { store: "memory:" };
    expect(defineConfig(config)).toBe(config);
  });
});

describe("choice of the file", () => {
  const named = (word: string): string =>
    `export default { plugins: [{ name: "p", apiVersion: 1, needs: [], setup: (host) => host.registerNode("${word}", () => 1) }] };`;
  const types = async (files: Record<string, string>, flags: readonly string[] = []) =>
    (await ice(["nodes", "list", ...flags], { files })).stdout;

  test("ice.config.ts before .mjs before .js; --config before all", async () => {
    const files = {
      "ice.config.ts": named("from_ts"),
      "ice.config.mjs": named("from_mjs"),
      "conf/other.mjs": named("from_other"),
    };
    expect(await types(files)).toContain("from_ts");
    expect(await types({ "ice.config.mjs": named("from_mjs"), "ice.config.js": named("from_js") })).toContain(
      "from_mjs",
    );
    const other = await types(files, ["--config", "conf/other.mjs"]);
    expect(other).toContain("from_other");
    expect(other).not.toContain("from_ts");
  });

  const commonJs = { "package.json": '{ "type": "commonjs" }' };
  const esm = { "package.json": '{ "type": "module" }' };
  const plugin = (word: string) => named(word).slice("export default ".length);

  test("each kind of file in each kind of package is loaded by Node itself", { timeout: 60_000 }, async () => {
    const kinds: [name: string, manifest: object, config: string][] = [
      ["ice.config.ts", commonJs, `import "node:fs";\nconst x: number = 1;\n${named("w")}`],
      ["ice.config.ts", {}, named("w")],
      ["ice.config.ts", commonJs, `const x: number = 1;\nmodule.exports = ${plugin("w")}`],
      ["ice.config.ts", esm, `const x: number = 1;\n${named("w")}`],
      ["ice.config.mts", commonJs, `const x: number = 1;\n${named("w")}`],
      ["ice.config.cts", esm, `const x: number = 1;\nmodule.exports = ${plugin("w")}`],
      ["ice.config.mjs", commonJs, named("w")],
      ["ice.config.cjs", esm, `module.exports = ${plugin("w")}`],
      ["ice.config.cjs", esm, `exports.__esModule = true; exports.default = ${plugin("w")}`],
      ["ice.config.js", commonJs, named("w")],
      ["ice.config.js", commonJs, `module.exports = ${plugin("w")}`],
    ];
    const files = Object.fromEntries(
      kinds.flatMap(([name, manifest, config], index) => [
        [`${index}/${name}`, config],
        ...Object.entries(manifest).map(([file, text]) => [`${index}/${file}`, text as string]),
      ]),
    );
    // One process for all: a test runner would transform what it imports, and a process takes long to start.
    const { text, ended: end } = startProcess(
      kinds.map((_, index) => String(index)),
      { files, program: nodesIn },
    );
    expect(await end).toEqual({ code: 0, signal: null });
    expect(text.stderr).toBe("");
    for (const [index, line] of text.stdout.trimEnd().split("\n").entries())
      expect(JSON.parse(line), JSON.stringify(kinds[index])).toEqual({ code: 0, stderr: "", registered: true });
    expect(text.stdout.match(/\n/g)).toHaveLength(kinds.length);
  });

  test(
    "CommonJS in a project of ES modules is an error that says how to rename the file",
    { timeout: 30_000 },
    async () => {
      const { text, ended } = startProcess(["nodes"], {
        files: { ...esm, "ice.config.js": `module.exports = ${plugin("w")}` },
      });
      const { code } = await ended;
      expect(code).toBe(2);
      expect(text.stderr).toMatch(
        /cannot be loaded: module is not defined in ES module scope\.?\nfix: ice\.config\.js is CommonJS .* rename it to ice\.config\.cjs, or use import and export\n$/,
      );
    },
  );

  test("packages of ice that are not installed beside the configuration are those of the command", async () => {
    const config = `import { defineConfig } from "@ice/cli";
      import { toolPack } from "@ice/tools";
      export default defineConfig({ plugins: [toolPack()] });`;
    const { text, ended: end } = startProcess(["tools"], { files: { "ice.config.ts": config }, installed: false });
    expect(await end).toMatchObject({ code: 0 });
    expect(text).toMatchObject({ stderr: "", stdout: expect.stringMatching(/^csv_read /m) });
  }, 30_000);

  test("--no-config executes nothing of the directory", async () => {
    const files = {
      "ice.config.mjs": "globalThis.iceWasConfigured = true; export default { limits: { maxNodes: 1 } };",
    };
    const two = blueprint([echo("a"), echo("b")]);
    const bare = await ice(["validate", "w.json", "--no-config"], { files: { ...files, "w.json": two } });
    expect(bare.code).toBe(0);
    expect(globalThis).not.toHaveProperty("iceWasConfigured");
    const both = await ice(["validate", "w.json", "--no-config", "--config", "ice.config.mjs"], { files });
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("exclude each other") });
  });

  test("commands that are suggested have --no-config too", async () => {
    const ask = { id: "ask", type: "human", promptMessage: "Go?", approvalType: "approval" };
    const { stderr } = await ice(["run", "w.json", "--no-config", "--run-id", "r"], {
      files: { "w.json": blueprint([ask]) },
    });
    expect(stderr).toContain("continue: ice resume r --no-config\n");
  });

  test("a named file that does not exist is not found", async () => {
    expect(await ice(["nodes", "--config", "nope.mjs"])).toMatchObject({
      code: 4,
      stderr:
        "error ICE_FILE_NOT_FOUND  The configuration nope.mjs does not exist, or is not a file.\nfix: check --config\n",
    });
  });
});

describe("mistakes of the owner end with 2 and name what is wrong", () => {
  test.each([
    ["an unknown field", "export default { plugin: [] };", "unknown field `plugin`", 'did you mean "plugins"?'],
    ["a field like nothing", "export default { x: 1 };", "unknown field `x`", "use one of plugins, tools"],
    ["no object", "export default [];", "exports no object", "defineConfig"],
    ["no default export", "export const config = {};", "exports no object", "defineConfig"],
    ["an error while loading", 'throw new Error("no key");', "cannot be loaded: no key", "--no-config"],
    ["a syntax error", "export default {", "cannot be loaded", "--no-config"],
    ["a missing import", 'import "./nope.mjs"; export default {};', "cannot be loaded", "--no-config"],
    ["a missing package", 'import "@shop/p"; export default {};', "cannot be loaded", "npm install @shop/p"],
    [
      "plugins that are no list",
      "export default { plugins: {} };",
      "`plugins` must be a list, but is an object",
      "give `plugins` a list of plugins: `[toolPack()]`",
    ],
    [
      "a tool that is none",
      "export default { tools: [{}] };",
      "`tools.0` must be a tool created with defineTool()",
      "give `tools` a list of tools created with defineTool()",
    ],
    [
      "an agent that is none",
      "export default { agents: [() => 1] };",
      "`agents.0` must be an agent created with defineAgent()",
      "give `agents` a list of agents: created with defineAgent(), or on models: `{ name, model, system, tools, … }`",
    ],
    [
      "a workflow without a name",
      "export default { workflows: [{ nodes: [] }] };",
      "`workflows.0` must be a blueprint with a name",
      "give `workflows` a list of blueprints with names",
    ],
    [
      "a channel that is none",
      "export default { channels: [{ name: 'x' }] };",
      "`channels.0` must be an alert channel",
      "give `channels` a list of alert channels",
    ],
    [
      "an unknown limit",
      "export default { limits: { maxNode: 5 } };",
      "unknown field `limits.maxNode`",
      'did you mean "maxNodes"?',
    ],
    [
      "a limit that is no number",
      'export default { limits: { maxNodes: "5" } };',
      '`limits.maxNodes` must be a number, but is the string "5"',
      "give `limits.maxNodes` the most nodes in a blueprint, nested ones included; default 10,000",
    ],
    [
      "a limit of 0",
      "export default { limits: { maxDepth: 0 } };",
      "`limits.maxDepth` must be more than 0, but is the number 0",
      "give `limits.maxDepth` the greatest depth",
    ],
    [
      "a store that is no text",
      "export default { store: 5 };",
      "`store` must be a string, but is the number 5",
      "give `store` the address of the store: memory:, sqlite:PATH or postgres:",
    ],
    [
      "a sandbox that is no object",
      "export default { sandbox: true };",
      "`sandbox` must be an object",
      "give `sandbox` an object with options of the sandbox",
    ],
    [
      "no boolean for code",
      'export default { allow: { code: "yes" } };',
      '`allow.code` must be a boolean, but is the string "yes"',
      "give `allow.code` true or false",
    ],
    [
      "a typo in allow",
      'export default { allow: { file: ["x"] } };',
      "unknown field `allow.file`",
      'did you mean "files"?',
    ],
    [
      "directories that are no list",
      'export default { allow: { read: "x" } };',
      '`allow.read` must be a list, but is the string "x"',
      "give `allow.read` a list of directories",
    ],
    [
      "a directory that is no text",
      "export default { allow: { write: [5] } };",
      "`allow.write.0` must be a string, but is the number 5",
      "give `allow.write` a list of directories",
    ],
  ])("%s", async (_name, config, message, fix) => {
    const { code, stdout, stderr } = await run(config, [echo("a")], []);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error ICE_USAGE {2}The configuration \S+ice\.config\.mjs /);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nfix: /);
    expect(stderr).toContain(fix);
  });

  test("a plugin that cannot be set up is named", async () => {
    const config = `export default { plugins: [{ name: "@shop/p", apiVersion: 1, needs: [], setup() { throw new Error("no key"); } }] };`;
    const { code, json } = await run(config, [echo("a")], ["--json"]);
    expect(code).toBe(1);
    expect(json).toMatchObject({ error: { code: "ICE_PLUGIN_SETUP", message: expect.stringContaining("@shop/p") } });
  });

  test("fields that are undefined are absent", async () => {
    expect((await run("export default { plugins: undefined, store: undefined };", [echo("a")])).code).toBe(0);
  });
});

test("the address of a store that there is not ends with 2, one that is not reached with 8, from the command line and the configuration", async () => {
  const files = { "w.json": blueprint([echo("a")]) };
  for (const store of ["mongodb:x", "postgre://host/app", "mysql://host/app", "sqlite:"])
    expect(await ice(["run", "w.json", "--store", store, "--json"], { files })).toMatchObject({
      code: 2,
      json: { error: { code: "ICE_USAGE", fix: "use memory:, sqlite:PATH or postgres://HOST/DATABASE" } },
    });
  expect((await ice(["runs", "list", "--store", "postgres://host/app?schema=A-b"])).code).toBe(2);
  expect((await run('export default { store: "postgres://x" };', [echo("a")])).code).toBe(8);
  expect((await run('export default { store: "postgres://x" };', [echo("a")], ["--store", "memory:"])).code).toBe(0);
});
