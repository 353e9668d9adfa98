import { expect, test } from "vitest";
import { ask, sleep, startServer, trap } from "./api-server.ts";
import { blueprint, echo } from "./fake-terminal.ts";
import { startProcess } from "./real-process.ts";

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
