import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { apiCommands } from "../src/args/api-flag.ts";
import { describeCommands } from "../src/index.ts";
import { ask, startServer, trap } from "./api-server.ts";
import { blueprint, echo, ice } from "./fake-terminal.ts";

vi.setConfig({ testTimeout: 60_000 }); // processes start slowly on a busy machine

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
