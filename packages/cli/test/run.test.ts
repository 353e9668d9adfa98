import { defaultBlueprintLimits } from "@ice/core";
import { describe, expect, test } from "vitest";
import { unreadableFile } from "../src/args/missing-file.ts";
import { blueprint, echo, ice } from "./fake-terminal.ts";

const tool = (id: string, toolName: string, toolArgs: object = {}, more: object = {}) => ({
  id,
  type: "tool",
  toolName,
  toolArgs,
  ...more,
});
const sees = blueprint([echo("seen", { inputs: "{{ inputs }}" })], { outputs: { inputs: "{{ seen.inputs }}" } });
const run = (nodes: readonly object[], flags: readonly string[] = [], more: object = {}) =>
  ice(["run", "w.json", ...flags], { files: { "w.json": blueprint(nodes, more) } });

describe("output of a run", () => {
  test("its output on stdout, progress and the state on stderr", async () => {
    const { code, stdout, stderr } = await run([echo("a", { v: 1 }), echo("b", { v: "{{ a.v + 1 }}" })]);
    expect([code, stdout]).toEqual([0, '{\n  "a": {\n    "v": 1\n  },\n  "b": {\n    "v": 2\n  }\n}\n']);
    expect(stderr).toMatch(/^✓ a tool \d+ ms\n✓ b tool \d+ ms\ncompleted [0-9a-f-]{36} \d+ ms\n$/);
  });

  test("with --json the result document, and nothing else on stdout", async () => {
    const { code, json } = await run([echo("a", { v: 1 })], ["--json", "--run-id", "nightly-1"]);
    expect(code).toBe(0);
    expect(json).toMatchObject({
      runId: "nightly-1",
      workflow: { name: "demo", version: "0.0.0" },
      status: "completed",
      output: { a: { v: 1 } },
      nodes: { a: { type: "tool", status: "completed", attempts: 1 } },
      usage: { toolCalls: 1 },
    });
  });

  test("with --quiet the output, and the error of a failed run", async () => {
    expect(await run([echo("a")], ["--quiet"])).toMatchObject({ stdout: '{\n  "a": {}\n}\n', stderr: "" });
    expect(await run([tool("a", "fail", { message: "no stock" })], ["--quiet"])).toMatchObject({
      code: 1,
      stdout: "{}\n",
      stderr: "error ICE_NODE_FAILED at a  no stock\n",
    });
  });

  test("of a failed run the error, its place and the fix", async () => {
    const { stdout, stderr } = await run([
      tool("a", "fail", { message: "no stock" }),
      echo("b", {}, { dependencies: ["a"] }),
    ]);
    expect(stdout).toBe("{}\n");
    expect(stderr).toMatch(
      /^✗ a tool \d+ ms ICE_NODE_FAILED: no stock\n- b tool dependencyFailed\nfailed \S+ \d+ ms\nerror ICE_NODE_FAILED at a {2}no stock\n$/,
    );
    const limited = await run([{ id: "l", type: "loop", itemsSource: "[1, 2]", maxIterations: 1, body: [echo("x")] }]);
    expect(limited.stderr).toMatch(/error ICE_LOOP_LIMIT at l .*\nfix: raise /);
  });

  test("retries, and how many attempts there were", async () => {
    const retryPolicy = { maxAttempts: 2, backoffStrategy: "fixed", backoffSeconds: 0.001 };
    const { stderr } = await run([tool("a", "fail", { untilAttempt: 1 }, { retryPolicy })]);
    expect(stderr).toMatch(/^↻ a retry 2 in 1 ms\n✓ a tool \d+ ms 2 attempts\n/);
  });

  test("warnings before anything runs; with --json they do not disturb the document", async () => {
    const nodes = [echo("a"), echo("b", {}, { dependencies: ["a"], join: { atLeast: 2 } })];
    const { code, stdout, stderr } = await run(nodes);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning ICE_JOIN_IMPOSSIBLE [\s\S]*w\.json is valid\n✓ a /);
    expect(JSON.parse(stdout)).toEqual({ a: {} });
    expect((await run(nodes, ["--json"])).json).toMatchObject({ status: "completed" });
  });
});

describe("how a run ends", () => {
  test.each<[number, string, readonly object[], { readonly fields?: object; readonly flags?: readonly string[] }?]>([
    [0, "completed", [echo("a")]],
    [1, "a failed node", [tool("a", "fail")]],
    [0, "a failure that was absorbed", [tool("a", "fail", {}, { onError: "skip" })]],
    [6, "a budget that is used up", [echo("a"), echo("b")], { fields: { settings: { budget: { nodes: 1 } } } }],
    [
      6,
      "more items than a loop takes",
      [{ id: "l", type: "loop", itemsSource: "[1, 2]", maxIterations: 1, body: [echo("x")] }],
    ],
    [6, "workflows nested too deep", [{ id: "s", type: "workflow", workflowRef: "./w.json" }]],
    [9, "a time limit of the command line", [tool("a", "sleep", { ms: 60_000 })], { flags: ["--timeout", "0.01"] }],
    [
      9,
      "a time limit of the blueprint",
      [tool("a", "sleep", { ms: 60_000 })],
      { fields: { settings: { timeoutSeconds: 0.01 } } },
    ],
    [1, "a time limit of a node", [tool("a", "sleep", { ms: 60_000 }, { timeoutSeconds: 0.01 })]],
  ])("exit code %i: %s", async (expected, _name, nodes, { flags = [], fields = {} } = {}) => {
    expect((await run(nodes, [...flags, "--json"], fields)).code).toBe(expected);
  });

  test("interrupted: what is kept in memory is cancelled, its result is printed, the exit code is 130", async () => {
    const nodes = [echo("first"), tool("a", "sleep", { ms: 60_000 }), echo("b", {}, { dependencies: ["a"] })];
    const { code, json } = await ice(["run", "w.json", "--json", "--store", "memory:"], {
      files: { "w.json": blueprint(nodes) },
      onStderr: (text, interrupt) => text.includes("first") && interrupt(),
    });
    expect(code).toBe(130);
    expect(json).toMatchObject({
      status: "cancelled",
      error: { code: "ICE_RUN_CANCELLED" },
      nodes: { a: { status: "cancelled" }, b: { status: "skipped", skipReason: "runStopped" } },
    });
  });

  test("at most --max-concurrency nodes are in flight", async () => {
    const nodes = ["a", "b"].map((id) => tool(id, "sleep", { ms: 5 }));
    const order = async (flags: readonly string[]) => {
      const { json } = await run(nodes, ["--json", ...flags]);
      const { a, b } = (json as { nodes: Record<string, { startedAt: number; endedAt: number }> }).nodes;
      return b!.startedAt >= a!.endedAt;
    };
    expect(await order(["--max-concurrency", "1"])).toBe(true);
    expect(await order([])).toBe(false);
  });
});

describe("inputs", () => {
  const inputsOf = async (flags: readonly string[], setup: object = {}) => {
    const finished = await ice(["run", "w.json", "--quiet", ...flags], { files: { "w.json": sees }, ...setup });
    expect(finished).toMatchObject({ code: 0, stderr: "" });
    return (finished.json as { inputs: unknown }).inputs;
  };

  test("k=v is JSON when it parses as JSON, else a string", async () => {
    const pairs = ["n=1", 's="1"', "t=one two", "e=", 'o={"a": [true, null]}', "q=a=b", "d=2026-01-01"];
    expect(await inputsOf(pairs.flatMap((pair) => ["--input", pair]))).toEqual({
      n: 1,
      s: "1",
      t: "one two",
      e: "",
      o: { a: [true, null] },
      q: "a=b",
      d: "2026-01-01",
    });
  });

  test("@file, - and k=v go together, later ones over earlier ones", async () => {
    const files = { "w.json": sees, "in/put.json": '\uFEFF{"a": 1, "b": 1, "c": 1}' };
    const flags = ["--input", "@in/put.json", "--input", "-", "--input", "c=3"];
    expect(await inputsOf(flags, { files, stdin: '{"b": 2, "c": 2}' })).toEqual({ a: 1, b: 2, c: 3 });
  });

  test("a file of inputs has at most a million objects, lists and keys", async () => {
    const files = { "w.json": sees, "in.json": `{"a": [${"[],".repeat(999_998)}[]]}` };
    const refused = await ice(["run", "w.json", "--input", "@in.json", "--json"], { files });
    expect([refused.code, refused.json]).toMatchObject([
      3,
      {
        issues: [
          { code: "ICE_INPUT_INVALID", message: expect.stringContaining('of "in.json" have more than 1000000') },
        ],
      },
    ]);
  });

  test("defaults of the schema apply; a mismatch is reported field by field before anything runs", async () => {
    const inputs = {
      type: "object",
      properties: { n: { type: "number" }, unit: { type: "string", default: "kg" }, day: { type: "string" } },
      required: ["day"],
    };
    const files = { "w.json": blueprint([echo("seen", { inputs: "{{ inputs }}" })], { inputs }) };
    const good = await ice(["run", "w.json", "--input", "day=2026-01-01", "--json"], { files });
    expect(good.json).toMatchObject({ output: { seen: { inputs: { day: "2026-01-01", unit: "kg" } } } });

    const bad = await ice(["run", "w.json", "--input", "n=many", "--json"], { files });
    expect([bad.code, bad.stderr]).toEqual([3, ""]);
    expect(bad.json).toMatchObject({
      valid: false,
      issues: [
        { code: "ICE_INPUT_INVALID", path: "/inputs/n", message: expect.stringContaining("must be a number") },
        { code: "ICE_INPUT_INVALID", path: "/inputs/day", severity: "error" },
      ],
    });
    const reported = await ice(["run", "w.json", "--input", "n=many"], { files });
    expect(reported.stderr).toMatch(
      /^error ICE_INPUT_INVALID [\s\S]*\n {2}--> the inputs at \/inputs\/n\n[\s\S]*2 errors in the inputs\n$/,
    );
  });

  test.each([
    ["a file that is not JSON", ["--input", "@in.json"], { "in.json": "{ a: 1 }" }, '"in.json" are not JSON'],
    ["a file that holds a list", ["--input", "@in.json"], { "in.json": "[1]" }, "not a JSON object"],
    ["text on standard input", ["--input", "-"], {}, "standard input are not JSON"],
    ["a key that reaches for prototypes", ["--input", "__proto__=1"], {}, "`__proto__` has the key `__proto__`"],
  ])("%s is refused with 3, as an issue", async (_name, flags, files, message) => {
    const { code, json } = await ice(["run", "w.json", "--json", ...flags], {
      files: { "w.json": sees, ...files },
      stdin: "hello",
    });
    expect(code).toBe(3);
    expect(json).toMatchObject({
      valid: false,
      issues: [
        {
          code: "ICE_INPUT_INVALID",
          path: expect.stringMatching(/^\/inputs/),
          message: expect.stringContaining(message),
        },
      ],
    });
  });

  test("an inputs file that is not there names its neighbour", async () => {
    const files = { "w.json": sees, "in/puts.json": "{}", "in/deep/x": "" };
    const missing = await ice(["run", "w.json", "--input", "@in/put.json"], { files });
    expect(missing).toMatchObject({
      code: 4,
      stdout: "",
      stderr: 'error ICE_FILE_NOT_FOUND  There is no file "in/put.json".\nfix: did you mean "in/puts.json"?\n',
    });
    expect((await ice(["run", "w.json", "--input", "@in/deep"], { files })).stderr).toContain("is a directory");
  });

  const id = "1234567890123456789";

  test.each([
    ["k=v", [`id=${id}`], { path: "/inputs/id", fix: `write a string: --input 'id="${id}"'` }],
    ["k=v, inside", [`x={"ids":[1,${id}]}`], { path: "/inputs/x/ids/1", fix: "keep integers within ±2^53" }],
    ["a file", ["@in.json"], { path: "/inputs/a/id", fix: "keep integers within ±2^53" }],
    ["standard input", ["-"], { path: "/inputs/id", fix: "or write a string in quotes" }],
  ])("a number that would lose precision is refused with its place: %s", async (_name, inputs, { path, fix }) => {
    const flags = inputs.flatMap((input) => ["--input", input]);
    const setup = { files: { "w.json": sees, "in.json": `{"a":{"id":${id}}}` }, stdin: `{"id":${id}}` };
    const { code, json } = await ice(["run", "w.json", "--json", ...flags], setup);
    expect(code).toBe(3);
    const message = `the integer ${id} would lose precision`;
    expect(json).toMatchObject({ valid: false, issues: [{ path, message, fix: expect.stringContaining(fix) }] });
    expect(await ice(["run", "w.json", "--input", "n=1e999", "--json"], setup)).toMatchObject({
      code: 3,
      json: { issues: [{ message: "1e999 is not a JSON number" }] },
    });
  });

  test("the declared type decides between a string and JSON", async () => {
    const inputs = {
      type: "object",
      $defs: { text: { type: "string" } },
      properties: {
        zip: { type: "string" },
        sha: { $ref: "#/$defs/text" },
        either: { type: ["string", "number"] },
        level: { enum: ["1", "2"] },
        flag: { type: "boolean" },
        n: { type: "integer" },
        name: { type: "string" },
        list: { type: "array" },
      },
      required: ["zip"],
    };
    const seen = async (...pairs: string[]): Promise<unknown> => {
      const flags = pairs.flatMap((pair) => ["--input", pair]);
      const files = { "w.json": blueprint([echo("seen", { inputs: "{{ inputs }}" })], { inputs }) };
      const { json } = await ice(["run", "w.json", "--json", ...flags], { files });
      return (json as { output?: { seen: { inputs: object } } }).output?.seen.inputs;
    };
    expect(await seen("zip=12345", "sha=61e9540", "either=5", "level=2", "flag=true", "n=7", 'name="you"')).toEqual({
      zip: "12345",
      sha: "61e9540",
      either: 5,
      level: "2",
      flag: true,
      n: 7,
      name: "you",
    });
    expect(await seen(`zip=${id}`, `either=${id}`, "name=null", "list=[1]")).toEqual({
      zip: id,
      either: id,
      name: "null",
      list: [1],
    });
  });

  test("an input that is not declared is a warning, and the run continues", async () => {
    const warned = async (inputs: object, ...flags: string[]) => {
      const files = { "w.json": blueprint([echo("a")], { inputs }) };
      const { code, stderr } = await ice(["run", "w.json", "--input", "nmae=you", ...flags], { files });
      expect(code).toBe(0);
      return stderr;
    };
    const inputs = { type: "object", properties: { name: { type: "string" } } };
    const warning =
      'warning ICE_INPUT_INVALID  the blueprint declares no input "nmae"\n  --> the inputs at /inputs/nmae\nfix: did you mean "name"?\n';
    expect(await warned(inputs)).toContain(warning);
    expect(await warned(inputs, "--json")).toContain(warning);
    expect(await warned(inputs, "--quiet")).toBe("");
    expect(await warned({ ...inputs, additionalProperties: true })).not.toContain("warning");
    expect(await warned({ type: "object" })).not.toContain("warning");
  });

  test("a file without read permission is reported", async () => {
    const cause = Object.assign(new Error("permission denied"), { code: "EACCES" });
    expect(unreadableFile("/", "in.json", cause)).toMatchObject({
      code: "ICE_FILE_DENIED",
      message: 'No permission to read the file "in.json".',
    });
  });

  test("standard input is read once", async () => {
    const twice = await ice(["run", "-", "--input", "-"], { stdin: sees });
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining("Standard input can be read only once.") });
  });
});

describe("the blueprint", () => {
  test("comes from standard input for -, in YAML or JSON", async () => {
    const yaml = "schemaVersion: ice/v1\nname: piped\nnodes:\n  - { id: a, type: tool, toolName: echo }\n";
    for (const stdin of [yaml, blueprint([echo("a")])])
      expect(await ice(["run", "-", "--quiet"], { stdin })).toMatchObject({ code: 0, stdout: '{\n  "a": {}\n}\n' });
  });

  test("may name files beside itself", async () => {
    const files = {
      "flows/w.yaml":
        "schemaVersion: ice/v1\nname: w\nnodes:\n  - { id: s, type: workflow, workflowRef: ./child.json }\n",
      "flows/child.json": blueprint([echo("x", { v: 1 })]),
    };
    expect((await ice(["run", "flows/w.yaml", "--quiet"], { files })).json).toEqual({ s: { x: { v: 1 } } });
  });

  describe("that a module exports", () => {
    const files = {
      "wf.mjs": `export default ${blueprint([echo("a", { v: 1 })])}; export const other = { build: () => (${blueprint([echo("b")])}) };`,
    };
    const allowed = { ...files, "ice.config.mjs": "export default { allow: { code: true } };" };

    test("is run where the owner allows code: the default export, or the one that is named", async () => {
      expect((await ice(["run", "wf.mjs", "--quiet"], { files: allowed })).json).toEqual({ a: { v: 1 } });
      expect((await ice(["run", "wf.mjs#other", "--quiet"], { files: allowed })).json).toEqual({ b: {} });
      expect((await ice(["validate", "wf.mjs"], { files: allowed })).code).toBe(0);
      expect(await ice(["run", "wf.mjs#nope"], { files: allowed })).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /ICE_WORKFLOW_UNKNOWN .*no export "nope"[^]*fix: export a workflow.*wf\.mjs#NAME/,
        ),
      });
    });

    test("that Node treats as CommonJS is an error that says how to rename it", async () => {
      const own = {
        "package.json": '{ "type": "commonjs" }',
        "wf.ts": `export default ${blueprint([echo("a", { v: 1 })])};`,
        "ice.config.mjs": "export default { allow: { code: true } };",
      };
      expect(await ice(["run", "wf.ts"], { files: own })).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /ICE_WORKFLOW_UNKNOWN [^]*\nfix: wf\.ts is an ES module .* rename it to wf\.mts, or/,
        ),
      });
      expect((await ice(["run", "wf.mts", "--quiet"], { files: { ...own, "wf.mts": own["wf.ts"] } })).json).toEqual({
        a: { v: 1 },
      });
    });

    test("is refused elsewhere, and the message says who allows it", async () => {
      expect(await ice(["run", "wf.mjs"], { files })).toMatchObject({
        code: 7,
        stdout: "",
        stderr: expect.stringMatching(/^error ICE_CODE_DENIED .*\nfix: .*ice\.config\.ts.*allow: \{ code: true \}/),
      });
      expect(await ice(["run", "wg.mjs"], { files })).toMatchObject({
        code: 4,
        stderr: expect.stringContaining('did you mean "wf.mjs"?'),
      });
    });
  });

  test("that is not there names its neighbour and ends with 4", async () => {
    const files = { "flows/hello.yaml": "" };
    expect(await ice(["run", "flows/helo.yaml"], { files })).toMatchObject({
      code: 4,
      stderr: 'error ICE_FILE_NOT_FOUND  There is no file "flows/helo.yaml".\nfix: did you mean "flows/hello.yaml"?\n',
    });
    expect(await ice(["run", "nowhere/at/all.yaml", "--json"], { files })).toMatchObject({
      code: 4,
      json: { error: { code: "ICE_FILE_NOT_FOUND", fix: "check the path" } },
    });
    expect((await ice(["run", "flows"], { files })).code).toBe(4);
  });

  test("that is not valid is not run: the issues are the document, the exit code is 3", async () => {
    const { code, json } = await run([echo("a"), echo("a")], ["--json"]);
    expect(code).toBe(3);
    expect(json).toMatchObject({ valid: false, issues: [{ code: "ICE_NODE_ID_DUPLICATE" }] });
  });

  test("has the limits of the process owner, larger or smaller", async () => {
    const long = echo("a", { text: "x".repeat(defaultBlueprintLimits.maxBytes) });
    const files = { "w.json": blueprint([long]) };
    expect((await ice(["validate", "w.json"], { files })).stderr).toContain("ICE_BLUEPRINT_LIMIT");
    for (const command of ["validate", "run", "graph"]) {
      const config = "export default { limits: { maxBytes: 4_000_000 } };";
      expect((await ice([command, "w.json", "--quiet"], { files: { ...files, "ice.config.mjs": config } })).code).toBe(
        0,
      );
    }
    const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1);
    const nested = { "w.json": blueprint([echo("a", { deep })]) };
    expect((await ice(["graph", "w.json"], { files: nested })).stderr).toContain("ICE_BLUEPRINT_LIMIT");
    const deeper = { ...nested, "ice.config.mjs": "export default { limits: { maxDepth: 200 } };" };
    expect((await ice(["graph", "w.json"], { files: deeper })).stdout).toContain("n_a");
    const small = {
      "w.json": blueprint([echo("a")]),
      "ice.config.mjs": "export default { limits: { maxBytes: 50 } };",
    };
    expect((await ice(["validate", "w.json"], { files: small })).code).toBe(3);
    expect((await ice(["validate", "-"], { files: small, stdin: blueprint([echo("a")]) })).code).toBe(3);
  });
});
