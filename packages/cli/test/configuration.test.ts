import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { defineConfig } from "../src/index.ts";
import { blueprint, echo, ice } from "./fake-terminal.ts";

const zod = createRequire(createRequire(import.meta.url).resolve("@ice/core/package.json")).resolve("zod");
const run = (config: string, nodes: readonly object[], flags: readonly string[] = ["--quiet"]) =>
  ice(["run", "w.json", ...flags], { files: { "ice.config.mjs": config, "w.json": blueprint(nodes) } });
const call = (id: string, toolName: string, toolArgs: object = {}) => ({ id, type: "tool", toolName, toolArgs });

describe("what it brings", () => {
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

  test("allow.files says where file tools may read and write; the default is the working directory", async () => {
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
  });

  test("defineConfig returns the configuration as it is", () => {
    const config = { store: "memory:" };
    expect(defineConfig(config)).toBe(config);
  });
});

describe("which file it is", () => {
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

  test("a file that was named and is not there is not found", async () => {
    expect(await ice(["nodes", "--config", "nope.mjs"])).toMatchObject({
      code: 4,
      stderr: "error ICE_FILE_NOT_FOUND  The configuration nope.mjs is not there.\nfix: check --config\n",
    });
  });
});

describe("mistakes of the owner end with 2 and name what is wrong", () => {
  test.each([
    ["an unknown field", "export default { plugin: [] };", 'an unknown field "plugin"', 'did you mean "plugins"?'],
    ["a field like nothing", "export default { x: 1 };", 'an unknown field "x"', "use plugins, tools"],
    ["no object", "export default [];", "exports no object", "defineConfig"],
    ["no default export", "export const config = {};", "exports no object", "defineConfig"],
    ["an error while loading", 'throw new Error("no key");', "cannot be loaded: no key", "run it with node"],
    ["a syntax error", "export default {", "cannot be loaded", "run it with node"],
    ["a missing import", 'import "./nope.mjs"; export default {};', "cannot be loaded", "run it with node"],
    ["plugins that are no list", "export default { plugins: {} };", 'a wrong value in "plugins"', "a list of plugins"],
    ["a tool that is none", "export default { tools: [{}] };", 'a wrong value in "tools"', "defineTool()"],
    ["an agent that is none", "export default { agents: [() => 1] };", '"agents"', "defineAgent()"],
    ["a workflow without a name", "export default { workflows: [{ nodes: [] }] };", '"workflows"', "with names"],
    ["an unknown limit", "export default { limits: { maxNode: 5 } };", '"limits"', "maxNodes"],
    ["a limit that is no number", 'export default { limits: { maxNodes: "5" } };', '"limits"', "numbers above 0"],
    ["a store that is no text", "export default { store: 5 };", '"store"', "memory:"],
    [
      "no boolean for code",
      'export default { allow: { code: "yes" } };',
      '"allow"',
      "{ files: [directories], http: [hosts], code: true | false }",
    ],
    [
      "a typo in allow",
      'export default { allow: { file: ["x"] } };',
      '"allow"',
      "{ files: [directories], http: [hosts], code: true | false }",
    ],
    [
      "directories that are no list",
      'export default { allow: { files: "x" } };',
      '"allow"',
      "{ files: [directories], http: [hosts], code: true | false }",
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
    const config = `export default { plugins: [{ name: "@acme/p", apiVersion: 1, needs: [], setup() { throw new Error("no key"); } }] };`;
    const { code, json } = await run(config, [echo("a")], ["--json"]);
    expect(code).toBe(1);
    expect(json).toMatchObject({ error: { code: "ICE_PLUGIN_SETUP", message: expect.stringContaining("@acme/p") } });
  });

  test("fields that are undefined are absent", async () => {
    expect((await run("export default { plugins: undefined, store: undefined };", [echo("a")])).code).toBe(0);
  });
});

test("a store that this version does not have ends with 8, from the command line and the configuration", async () => {
  const files = { "w.json": blueprint([echo("a")]) };
  const flag = await ice(["run", "w.json", "--store", "mongodb:x", "--json"], { files });
  expect(flag).toMatchObject({
    code: 8,
    json: { error: { code: "ICE_STORE_UNAVAILABLE", fix: "use memory: or sqlite:PATH" } },
  });
  expect((await run('export default { store: "postgres://x" };', [echo("a")])).code).toBe(8);
  expect((await run('export default { store: "postgres://x" };', [echo("a")], ["--store", "memory:"])).code).toBe(0);
});
