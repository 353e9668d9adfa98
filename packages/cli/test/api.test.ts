import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { apiCommands } from "../src/args/api-flag.ts";
import { describeCommands } from "../src/index.ts";
import { blueprint, echo, folderWith, ice, type Setup } from "./fake-terminal.ts";
import { startProcess } from "./real-process.ts";

vi.setConfig({ testTimeout: 60_000 }); // processes start slowly on a busy machine

const inputs = { type: "object", properties: { who: { type: "string" }, n: { type: "integer" } }, required: ["who"] };
const greet = { name: "greet", version: "1.0.0", inputs, nodes: [echo("a", { hi: "{{ inputs.who }}" })] };
const ask = (id: string, more: object = {}): object => ({
  id,
  type: "human",
  promptMessage: "Go on?",
  approvalType: "approval",
  ...more,
});
const sleep = (id: string, ms: number): object => ({ id, type: "tool", toolName: "sleep", toolArgs: { ms } });
const files = { "ice.config.mjs": `export default { workflows: [${JSON.stringify(greet)}] }` };
/** Code that must not be executed. */
const trap = { "ice.config.mjs": `throw new Error("the configuration was loaded")` };

/** A server in a process of its own, and a command that works there, from a folder with a configuration that throws. */
async function startServer(...argv: readonly string[]) {
  const folder = folderWith(files);
  const store = ["--store", `sqlite:${folder}/ice.db`];
  const tokenFor = async (...scopes: readonly string[]): Promise<string> => {
    const flags = scopes.flatMap((scope) => ["--scope", scope]);
    const created = await ice(["tokens", "create", "kim", ...flags, ...store, "--json"], { cwd: folder });
    return (created.json as { token: string }).token;
  };
  const token = await tokenFor("read", "run", "author", "respond", "signal");
  const server = startProcess(["serve", "--port", "0", "--json", ...store, ...argv], { files });
  await server.seen("stdout", /\n/);
  const { url } = JSON.parse(server.text.stdout) as { url: string };
  const at = (command: readonly string[], { env, files: more, ...setup }: Setup = {}) =>
    ice([...command, "--api", url], { env: { ICE_TOKEN: token, ...env }, files: { ...trap, ...more }, ...setup });
  return { ...server, url, token, tokenFor, at };
}

test("suggested commands keep --api exactly where it exists", () => {
  const withApi = describeCommands().commands.filter(({ options }) =>
    options.some(([option]) => option === "--api URL"),
  );
  expect(new Set(withApi.map(({ name }) => name))).toEqual(apiCommands);
});

test("a run by name or from a file has the output, the progress and the exit code of one without a server", async () => {
  const { at, url } = await startServer();
  const named = await at(["run", "greet", "--input", "who=123", "--run-id", "one"]);
  expect(named).toMatchObject({ code: 0, stdout: '{\n  "a": {\n    "hi": "123"\n  }\n}\n' });
  expect(named.stderr).toMatch(/^✓ a tool .+\ncompleted one \d+ ms\n$/);
  expect(await at(["run", "greet@1.0.0", "--input", "who=kim", "--json"])).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("✓ a"),
    json: { status: "completed", output: { a: { hi: "kim" } }, nodes: { a: { status: "completed" } } },
  });
  const lacking = await at(["run", "greet", "--input", "n=3"]);
  expect(lacking).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("fix: write --input who=") });
  const warned = await at(["run", "greet", "--input", "who=kim", "--input", "wo=7", "--quiet"]);
  expect(warned.code).toBe(0);
  const fails = blueprint([echo("a"), { id: "b", type: "tool", toolName: "nothing", dependencies: ["a"] }]);
  const invalid = await at(["run", "w.json"], { files: { "w.json": fails } });
  expect(invalid).toMatchObject({ code: 3, stderr: expect.stringMatching(/ICE_TOOL_UNKNOWN[^]*--> w\.json:\d+:\d+/) });
  const again = await at(["run", "greet", "--input", "who=kim", "--run-id", "one"]);
  expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining("ICE_RUN_EXISTS") });
  const unknown = await at(["run", "gret", "--json"]);
  expect(unknown).toMatchObject({
    code: 4,
    json: { error: { code: "ICE_FILE_NOT_FOUND", fix: 'did you mean "greet"?' } },
  });
  expect(await at(["run", "./gone.yaml"])).toMatchObject({ code: 4 });
  const stdin = await at(["run", "-"], {
    stdin: "schemaVersion: ice/v1\nname: a\nnodes:\n  - { id: a, type: nothing }\n",
  });
  expect(stdin.stderr).toMatch(/ICE_NODE_TYPE_UNKNOWN[^]*--> -:4:/);
  const network = JSON.stringify({ schemaVersion: "ice-network/v1", name: "n", workflows: [] });
  expect((await at(["run", "n.json"], { files: { "n.json": network } })).stderr).toContain("this is a network");
  expect(await at(["runs", "show", "one", "--json"])).toMatchObject({
    code: 0,
    json: { runId: "one", status: "completed" },
  });
  expect(await at(["runs", "list", "--workflow", "greet", "--limit", "2"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^(?:\S+ {2}completed .*greet@1\.0\.0\n){2}$/),
  });
  const missing = await at(["runs", "show", "missing"]);
  expect(missing.code).toBe(4);
  expect(missing.stderr).toContain(`fix: list the runs: ice runs list --api ${url}`);
  expect(await at(["validate", "w.json"], { files: { "w.json": fails } })).toMatchObject({ code: 3 });
  expect(await at(["validate", "w.json"], { files: { "w.json": blueprint([echo("a")]) } })).toMatchObject({
    code: 0,
    stderr: "w.json is valid\n",
  });
});

test("what a run asks is answered, signalled, explained, resumed and cancelled", async () => {
  const { at, url } = await startServer();
  const asking = { "w.json": blueprint([ask("ok"), echo("z", {}, { dependencies: ["ok"] })]) };
  const started = await at(["run", "w.json", "--run-id", "r"], { files: asking });
  expect(started.code).toBe(5);
  expect(started.stderr).toContain(`? ok Go on?\nsuspended r`);
  expect(started.stderr).toContain(`  answer: ice respond r ok --approve --api ${url}\n`);
  expect(started.stderr).toContain("continues by itself, on a server or a worker, when it has what it waits for\n");
  expect(await at(["explain", "r"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/ok waiting: .*\nz pending: /),
  });
  expect(await at(["resume", "r"])).toMatchObject({ code: 5, stderr: expect.stringContaining("suspended r") });
  expect(await at(["respond", "r", "no", "--approve"])).toMatchObject({ code: 4 });
  expect(await at(["respond", "r", "ok", "--approve", "--as", "lee"])).toMatchObject({ code: 7 });
  expect(await at(["respond", "r", "ok", "--choice", "a"])).toMatchObject({ code: 3 });
  const answered = await at(["respond", "r", "ok", "--approve", "--as", "kim"]);
  expect(answered).toMatchObject({ code: 0, stdout: "recorded; it continues by itself, on a server or a worker\n" });
  await expect
    .poll(async () => (await at(["runs", "show", "r", "--json"])).json)
    .toMatchObject({ status: "completed" });
  expect(await at(["respond", "r", "ok", "--approve"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("CLOSED"),
  });
  expect(await at(["resume", "r", "--json"])).toMatchObject({ code: 0, json: { status: "completed" } });

  const waits = { "s.json": blueprint([{ id: "s", type: "wait", signal: "paid" }]) };
  const waiting = at(["run", "s.json", "--run-id", "s", "--wait", "--quiet"], { files: waits });
  const paid = ["signal", "s", "paid", "--data", "7", "--id", "1", "--json"];
  await expect.poll(async () => (await at(paid)).code, { timeout: 20_000 }).toBe(0);
  expect(await waiting).toMatchObject({ code: 0, stdout: expect.stringContaining('"payload": 7') });
  expect(await at(["signal", "s", "paid", "--as", "lee"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"kim"'),
  });
  expect(await at(["signal", "s", "paid", "--as", "kim"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("ENDED"),
  });

  await at(["run", "w.json", "--run-id", "c", "--quiet"], { files: asking });
  expect(await at(["runs", "cancel", "c"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^c (?:is|will be) cancelled\n$/),
  });
});

test("a run is waited for, and no longer than --timeout says", async () => {
  const { at, url } = await startServer();
  const nodes = [sleep("a", 1500), ask("ok", { dependencies: ["a"] })];
  const running = at(["run", "w.json", "--run-id", "r", "--quiet"], { files: { "w.json": blueprint(nodes) } });
  await expect.poll(async () => (await at(["runs", "show", "r"])).code, { timeout: 20_000 }).toBe(0);
  expect(await at(["runs", "wait", "r", "--timeout", "0.05", "--json"])).toMatchObject({
    code: 1,
    json: { error: { code: "ICE_WAIT_TIMEOUT", message: 'The run "r" is running after 0.05 s.' } },
  });
  expect(await at(["runs", "wait", "r"])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(`answer: ice respond r ok --approve --api ${url}\n`),
  });
  expect((await running).code).toBe(5);
  await at(["respond", "r", "ok", "--approve"]);
  expect(await at(["runs", "wait", "r", "--json"])).toMatchObject({ code: 0, json: { status: "completed" } });
  expect(await at(["runs", "wait", "gone"])).toMatchObject({ code: 4 });
  expect(await at(["runs", "wait", "r", "--tenant", "acme"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--api and --tenant exclude each other: the access token belongs to a tenant."),
  });
});

test("a person at the terminal answers a run of a server, which goes on", async () => {
  const { at } = await startServer();
  const asked: string[] = [];
  const finished = await at(["run", "w.json", "--run-id", "r", "--json"], {
    files: { "w.json": blueprint([ask("one"), ask("two", { dependencies: ["one"] })]) },
    ask: async ({ path }) => {
      asked.push(path);
      return { answer: { approved: true }, by: undefined };
    },
  });
  expect(finished).toMatchObject({ code: 0, json: { status: "completed" } });
  expect(asked).toEqual(["one", "two"]);
});

test("Ctrl-C ends the command, and the server goes on with the run", async () => {
  const { at, url, token } = await startServer();
  const files = { ...trap, "w.json": blueprint([echo("first"), sleep("slow", 3000)]) };
  const command = startProcess(["run", "w.json", "--run-id", "r", "--api", url], { files, env: { ICE_TOKEN: token } });
  await command.seen("stderr", /first/);
  command.child.kill("SIGINT");
  expect(await command.ended).toEqual({ code: 130, signal: null });
  expect(command.text.stderr).toContain("running r");
  const done = async () => (await at(["runs", "show", "r", "--json"])).json;
  await expect.poll(done, { timeout: 20_000 }).toMatchObject({ status: "completed" });
});

test("a run of more nodes than one document has is shown with all of them", async () => {
  const { at } = await startServer();
  const nodes = Array.from({ length: 1100 }, (_, at) => echo(`n${at}`));
  const { code, json } = await at(["run", "w.json", "--json", "--quiet"], { files: { "w.json": blueprint(nodes) } });
  expect(code).toBe(0);
  expect(Object.keys((json as { nodes: object }).nodes)).toHaveLength(1100);
  expect(json).not.toHaveProperty("nodesOmitted");
});

test("a network of the server is shown and resumed", async () => {
  const { at, url, token } = await startServer();
  const networks = {
    schemaVersion: "ice-network/v1",
    name: "net",
    workflows: [{ id: "one", ref: "asks" }],
  };
  const send = (path: string, body: object) =>
    fetch(`${url}/v1/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await send("blueprints", { text: blueprint([ask("ok")], { name: "asks" }) })).status).toBe(201);
  expect((await send("runs?wait=20", { blueprint: networks, runId: "net" })).status).toBe(200);
  const shown = await at(["runs", "show", "net"]);
  expect(shown).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("answer: ice respond net.one ok --approve --api"),
  });
  expect(await at(["respond", "net.one", "ok", "--approve"])).toMatchObject({ code: 0 });
  const done = async () => (await at(["runs", "show", "net", "--json"])).json;
  await expect.poll(done, { timeout: 20_000 }).toMatchObject({ status: "completed" });
  expect(await at(["resume", "net", "--json"])).toMatchObject({
    code: 0,
    json: { workflows: { one: { status: "completed" } } },
  });
});

test("a token that permits signals alone sends them", async () => {
  const { at, tokenFor } = await startServer();
  const env = { ICE_TOKEN: await tokenFor("signal") };
  const waits = { "w.json": blueprint([{ id: "s", type: "wait", signal: "paid" }]) };
  expect((await at(["run", "w.json", "--run-id", "r", "--quiet"], { files: waits })).code).toBe(5);
  expect(await at(["signal", "r", "paid"], { env })).toMatchObject({
    code: 0,
    stdout: "recorded; it continues by itself, on a server or a worker\n",
    stderr: "",
  });
});

describe("errors with --api", () => {
  test("tokens that are missing, wrong or do not permit it: 7", async () => {
    const { at, url, tokenFor } = await startServer();
    const fix = (error: object) => ({ code: 7, json: { error } });
    expect(await at(["runs", "list", "--json"], { env: { ICE_TOKEN: "" } })).toMatchObject(
      fix({
        code: "ICE_AUTH_REQUIRED",
        fix: expect.stringMatching(/^set ICE_TOKEN .* --api .*: ice tokens create NAME/),
      }),
    );
    expect(await at(["runs", "list", "--json"], { env: { ICE_TOKEN: "wrong" } })).toMatchObject(
      fix({ code: "ICE_AUTH_INVALID", fix: expect.stringContaining("ICE_TOKEN") }),
    );
    const reader = { ICE_TOKEN: await tokenFor("read") };
    const denied = await at(["run", "greet", "--input", "who=kim", "--json"], { env: reader });
    expect(denied).toMatchObject(fix({ code: "ICE_SCOPE_MISSING", message: expect.stringContaining("`run`") }));
    const asking = await at(["run", "w.json", "--quiet", "--run-id", "r"], {
      files: { "w.json": blueprint([ask("ok")]) },
    });
    expect(asking.code).toBe(5);
    expect(await at(["respond", "r", "ok", "--approve"], { env: reader })).toMatchObject({ code: 7 });
    expect(await ice(["explain", "r", "--api", `${url}/`], { env: reader, files: trap })).toMatchObject({ code: 0 });
  });

  test("a server that is not there, or something else: 8", async () => {
    const env = { ICE_TOKEN: "t" };
    const gone = await ice(["resume", "r", "--api", "http://127.0.0.1:1", "--json"], { env, files: trap });
    const fix = "check the address of --api, and whether `ice serve` runs there";
    expect(gone).toMatchObject({ code: 8, json: { error: { code: "ICE_SERVER_UNREACHABLE", fix } } });
    const other = createServer((_request, response) => void response.writeHead(404).end("<html>"));
    await once(other.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void other.close());
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await ice(["explain", "r", "--api", url], { env })).toMatchObject({
      code: 8,
      stderr: expect.stringContaining("ICE_ANSWER_INVALID"),
    });
  });

  test.each<[string, string[]]>([
    ["address", ["runs", "list", "--api", "ftp://localhost"]],
    ["address", ["runs", "list", "--api", "http://kim:secret@localhost"]],
    ["--store", ["runs", "list", "--api", "http://127.0.0.1:1", "--store", "memory:"]],
    ["--config", ["runs", "list", "--api", "http://127.0.0.1:1", "--config", "ice.config.mjs"]],
    ["runs gc", ["runs", "gc", "--api", "http://127.0.0.1:1"]],
    ["--due", ["resume", "--due", "--api", "http://127.0.0.1:1"]],
    ["--no-cache", ["resume", "r", "--no-cache", "--api", "http://127.0.0.1:1"]],
    ["no code", ["run", "w.mjs#a", "--api", "http://127.0.0.1:1"]],
    ["--api", ["graph", "w.json", "--api", "http://127.0.0.1:1"]],
  ])("2: %s in %j", async (text, command) => {
    const finished = await ice(command, { env: { ICE_TOKEN: "t" }, files: { ...trap, "w.mjs": "throw 1" } });
    expect(finished).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(text) });
    expect(finished.stderr).not.toContain("secret");
  });
});
