import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { blueprint, echo, folderWith, ice } from "./fake-terminal.ts";
import { startProcess } from "./real-process.ts";

vi.setConfig({ testTimeout: 60_000 }); // processes start slowly on a busy machine

const greet = { schemaVersion: "ice/v1", name: "greet", nodes: [echo("a", { hi: "{{ inputs.who }}" })] };
const files = {
  "ice.config.mjs": `export default {
    workflows: [${JSON.stringify(greet)}],
    schedules: { often: { cron: "* * * * * *", workflow: "greet", inputs: { who: "clock" }, catchUp: "none" } },
    serve: { limits: { bodyBytes: 1000 } },
  }`,
};

/** A server in a process of its own, with a token that permits everything. */
const startServer = (...argv: readonly string[]) => serveFiles(files, ...argv);

async function serveFiles(files: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  const folder = folderWith(files);
  const scopes = ["read", "run", "author"].flatMap((scope) => ["--scope", scope]);
  const store = ["--store", `sqlite:${folder}/ice.db`];
  const created = await ice(["tokens", "create", "kim", ...scopes, ...store, "--json"], { cwd: folder });
  const { token } = created.json as { token: string };
  const server = startProcess(["serve", "--port", "0", "--json", ...store, ...argv], { files });
  await server.seen("stdout", /\n/);
  const { url } = JSON.parse(server.text.stdout) as { url: string };
  const call = async (path: string, body?: object, bearer = token) => {
    const answer = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: (await answer.json()) as never };
  };
  return { ...server, url, call, token, store: store[1]! };
}

test("a server starts runs, follows its schedules, and ends with 0 when it is asked to stop", async () => {
  const { child, call, ended, text } = await startServer();
  expect(await call("/readyz")).toEqual({ status: 200, json: { status: "ready" } });
  expect(await call("/v1/runs?wait=20", { workflow: "greet", inputs: { who: "kim" } })).toMatchObject({
    status: 200,
    json: { status: "completed", output: { a: { hi: "kim" } } },
  });
  expect(await call("/v1/schedules")).toMatchObject({ json: { schedules: [{ name: "often", tenant: "default" }] } });
  await expect
    .poll(async () => (await call("/v1/runs")).json, { timeout: 20_000 })
    .toMatchObject({ runs: expect.arrayContaining([expect.objectContaining({ createdBy: "schedule" })]) });
  expect((await call("/v1/runs", { workflow: "x".repeat(2000) })).status).toBe(413);
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(text.stderr).not.toMatch(/warning|ice has a bug/);
});

test("callers of a server reach no files but those that its owner allows", async () => {
  const notes = { "notes.txt": "secret", "out/kept.txt": "of another tenant" };
  const fileNode = (toolName: string, path: string): object => ({
    id: "f",
    type: "tool",
    toolName,
    toolArgs: toolName === "text_write" ? { path, text: "x" } : { path },
  });
  const granted = (dir: string): object => ({
    id: "f",
    type: "code",
    language: "javascript",
    code: "return await files.list('/in')",
    grants: { files: { "/in": { dir } } },
  });
  const outcomeOf = async ({ call }: Awaited<ReturnType<typeof startServer>>, node: object, bearer?: string) => {
    const { json } = await call("/v1/runs?wait=20", { blueprint: JSON.parse(blueprint([node])) as object }, bearer);
    const { status, error } = json as { status: string; error?: { code: string; message: string } };
    return { outcome: error?.code ?? status, message: error?.message ?? "" };
  };
  const closed = await serveFiles({ ...notes, "ice.config.mjs": "export default {}" });
  const nodes = [
    fileNode("text_read", "notes.txt"),
    fileNode("text_read", "missing.txt"),
    fileNode("text_read", "out/kept.txt"),
    fileNode("csv_read", "./notes.txt"),
    fileNode("json_read", "package.json"),
    fileNode("text_write", "out/new.txt"),
  ];
  for (const node of nodes) {
    const { outcome, message } = await outcomeOf(closed, node);
    expect([outcome, message]).toEqual(["ICE_FILE_DENIED", expect.stringContaining("(none)")]);
  }
  expect(await outcomeOf(closed, granted("."))).toMatchObject({ outcome: "ICE_SANDBOX_DENIED" });
  const config = "export default { allow: { read: ['data/{tenant}'] } }";
  const data = { "data/default/a.txt": "of kim", "data/acme/a.txt": "of eve" };
  const open = await serveFiles({ ...notes, ...data, "ice.config.mjs": config });
  const scopes = ["run", "author"].flatMap((scope) => ["--scope", scope]);
  const created = await ice([
    "tokens",
    "create",
    "eve",
    "--tenant",
    "acme",
    ...scopes,
    "--store",
    open.store,
    "--json",
  ]);
  const { token: eve } = created.json as { token: string };
  for (const node of nodes) expect((await outcomeOf(open, node)).outcome).toBe("ICE_FILE_DENIED");
  for (const [bearer, tenant] of [
    [undefined, "default"],
    [eve, "acme"],
  ] as const)
    for (const owner of ["default", "acme"]) {
      const isOwn = tenant === owner;
      const read = await outcomeOf(open, fileNode("text_read", `data/${owner}/a.txt`), bearer);
      expect(read.outcome, `${tenant} reads ${owner}`).toBe(isOwn ? "completed" : "ICE_FILE_DENIED");
      const code = await outcomeOf(open, granted(`data/${owner}`), bearer);
      expect(code.outcome, `${tenant} grants ${owner}`).toBe(isOwn ? "completed" : "ICE_SANDBOX_DENIED");
    }
});

test("callers of a server learn nothing of its owner's folders, secrets and variables", async () => {
  const config = {
    allow: { read: ["data"], write: ["kept"], http: ["127.0.0.1:1"] },
    secrets: { stripe: { env: "PAYMENT_KEY", hosts: ["*"] } },
    models: {
      providers: { own: { type: "openai-compatible", baseUrl: "http://127.0.0.1:1", apiKey: "secret://stripe" } },
    },
    mcp: { servers: { crm: { command: "/opt/crm/serve" } } },
  };
  const { call, cwd, url, token } = await serveFiles({
    "ice.config.mjs": `export default ${JSON.stringify(config)}`,
    "ice.mcp.json": "{",
    "data/a.txt": "a",
  });
  const tool = (toolName: string, toolArgs: object): object => ({ id: "f", type: "tool", toolName, toolArgs });
  const request = (secret: string): object =>
    tool("http_request", { url: "http://127.0.0.1:1/", headers: { authorization: `secret://${secret}` } });
  const code = {
    id: "f",
    type: "code",
    language: "javascript",
    code: "try { await files.read('/in/../../x') } catch (error) { return error.message }",
    grants: { files: { "/in": { dir: "data" } } },
  };
  const answers: string[] = [];
  for (const node of [
    tool("text_read", { path: "../x" }),
    tool("text_write", { path: "data/x", text: "" }),
    { ...code, grants: { files: { "/in": { dir: ".." } } } },
    code,
    request("strype"),
    request("PAYMENT_KEI"),
    request("stripe"),
    { id: "f", type: "llm", model: "own/model", prompt: "Hello." },
    { id: "f", type: "workflow", workflowRef: "./x.yaml" },
    tool("crm.find", {}),
  ]) {
    const given = { blueprint: JSON.parse(blueprint([node])) as object };
    const { json: run } = (await call("/v1/runs?wait=20", given)) as { json: { runId?: string } };
    answers.push(JSON.stringify([await call("/v1/validate", given), run]));
    if (run.runId === undefined) continue;
    const events = await fetch(`${url}/v1/runs/${run.runId}/events`, { headers: { authorization: `Bearer ${token}` } });
    answers.push(JSON.stringify(await call(`/v1/runs/${run.runId}/nodes/f`)), await events.text());
  }
  expect(answers.join("\n")).toMatch(/ICE_FILE_DENIED[^]*ICE_SECRET_UNKNOWN[^]*ICE_MCP_UNTRUSTED/);
  const named = 'The secret "stripe" has no value.'; // by the blueprint
  for (const answer of answers)
    expect(answer.replaceAll(JSON.stringify(named).slice(1, -1), "").replaceAll('"name":"stripe"', "")).not.toMatch(
      new RegExp(`${cwd}|stripe|PAYMENT_KEY|/opt/`),
    );
});

test("a server that is asked to stop ends its runs first, and leaves what takes too long to the next one", async () => {
  const { child, call, ended, text, cwd, store } = await startServer("--drain", "2");
  const sleeps = (ms: number): string => blueprint([{ id: "s", type: "tool", toolName: "sleep", toolArgs: { ms } }]);
  for (const [runId, ms] of Object.entries({ short: 1000, long: 3_600_000 }))
    expect((await call("/v1/runs", { runId, text: sleeps(ms) })).status).toBe(202);
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(text.stderr).toMatch(/stopping: \d+ runs in progress/);
  const statusOf = async (runId: string) =>
    ((await ice(["runs", "show", runId, "--json", "--store", store], { cwd })).json as { status: string }).status;
  expect([await statusOf("short"), await statusOf("long")]).toEqual(["completed", "interrupted"]);
});

test("a second Ctrl-C ends a server that waits for its runs", async () => {
  const { child, call, ended, seen } = await startServer("--drain", "3600");
  const slow = blueprint([{ id: "s", type: "tool", toolName: "sleep", toolArgs: { ms: 3_600_000 } }]);
  expect((await call("/v1/runs", { text: slow })).status).toBe(202);
  child.kill("SIGINT");
  await seen("stderr", /stopping: \d+ runs? in progress/);
  expect(await call("/readyz")).toMatchObject({ status: 503, json: { status: "draining" } });
  expect((await call("/v1/runs", { workflow: "greet" })).status).toBe(503);
  child.kill("SIGINT");
  expect(await ended).toEqual({ code: null, signal: "SIGINT" });
});

test("a server that others reach needs a token, and a port of its own", async () => {
  const open = await ice(["serve", "--host", "0.0.0.0", "--port", "0"], { files });
  expect(open).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no access token") });
  expect(open.stderr).toContain("ice tokens create");
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const taken = await ice(["serve", "--port", String(port), "--json"], { files });
  expect(taken).toMatchObject({ code: 1, json: { error: { code: "ICE_PORT_IN_USE" } } });
});

test.each([
  ["schedules", '{ nightly: { cron: "x", workflow: "greet" } }', /The schedule "nightly" is not valid/],
  ["schedules", '{ nightly: { cron: "* * * * *", workflo: "greet" } }', /workflo/],
  ["serve", "{ limits: { bodyByte: 1 } }", /bodyByte/],
])("a mistake in `%s` of the configuration is reported: %s", async (field, value, message) => {
  const config = `export default { ${field}: ${value} }`;
  const { code, stderr } = await ice(["serve", "--port", "0"], { files: { "ice.config.mjs": config } });
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
