import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
// @boundaries-ignore: the tests of the store start Postgres in one way
import { startPostgres, type TestPostgres } from "../../../packages/engine-dbos/test/start-postgres.ts";
import { iceArguments } from "./ice-command.ts";

let postgres: TestPostgres;
let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), "ice-served-"));
  writeFileSync(join(folder, "ice.config.mjs"), "export default {};");
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A command of `ice`, and the first document that it has printed. */
async function start(...argv: readonly string[]): Promise<{ child: ChildProcess; line: Record<string, unknown> }> {
  const child = spawn(process.execPath, iceArguments([...argv, "--store", postgres.url, "--json", "--quiet"]), {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  while (!text.endsWith("\n")) await once(child.stdout, "data");
  return { child, line: JSON.parse(text) as Record<string, unknown> };
}

/** The types of the events of a stream, up to one. */
async function typesOf(answer: Response, until: string): Promise<string[]> {
  const types: string[] = [];
  let text = "";
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const frame = text.slice(0, end);
      text = text.slice(end + 2);
      if (/^event: end$/m.test(frame)) return types;
      if (!/^id: /m.test(frame)) continue;
      const { type } = JSON.parse(/^data: (.*)$/m.exec(frame)![1]!) as { type: string };
      types.push(type);
      if (type === until) return types;
    }
  }
  return types;
}

const blueprint = {
  schemaVersion: "ice/v1",
  name: "demo",
  nodes: [
    { id: "a", type: "tool", toolName: "echo", toolArgs: { hi: "{{ inputs.who }}" } },
    { id: "ok", type: "human", approvalType: "approval", promptMessage: "Go on?", dependencies: ["a"] },
    { id: "b", type: "tool", toolName: "echo", toolArgs: { by: "{{ ok.respondedBy }}" }, dependencies: ["ok"] },
  ],
};

test("a server beside workers queues what it is asked to run, streams it to its end, and hands it on when it is answered", async () => {
  const created = await start(
    "tokens",
    "create",
    "kim",
    ...["read", "run", "author", "respond"].flatMap((one) => ["--scope", one]),
  );
  const { token } = created.line as { token: string };
  const server = await start("serve", "--port", "0");
  const { url } = server.line as { url: string };
  const call = async (path: string, body?: object): Promise<{ status: number; json: Record<string, unknown> }> => {
    const answer = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
  const events = (): Promise<Response> =>
    fetch(`${url}/v1/runs/r/events`, { headers: { authorization: `Bearer ${token}` } });

  const begun = await call("/v1/runs", { runId: "r", blueprint, inputs: { who: "kim" } });
  expect(begun).toMatchObject({ status: 202, json: { runId: "r" } });
  expect((await call("/v1/runs/r")).json).toMatchObject({ status: "queued" });
  const stream = typesOf(await events(), "workflow.completed");

  const worker = await start("worker");
  await expect.poll(async () => (await call("/v1/runs/r")).json["status"], { timeout: 20_000 }).toBe("suspended");
  const { tasks } = (await call("/v1/tasks?runId=r")).json as { tasks: { path: string; token: string }[] };
  expect(tasks).toMatchObject([{ path: "ok" }]);
  expect(await call(`/v1/tasks/${tasks[0]!.token}`, { approved: true })).toMatchObject({ json: { accepted: true } });
  expect((await stream).at(-1)).toBe("workflow.completed");
  expect((await call("/v1/runs/r")).json).toMatchObject({
    status: "completed",
    output: { b: { by: "kim" } },
  });

  for (const { child } of [server, worker]) {
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  }
}, 120_000);

test("a worker that is asked to stop a second time leaves at once, and the run goes on with another one", async () => {
  const slow = { id: "a", type: "tool", toolName: "sleep", toolArgs: { ms: 4000 } };
  writeFileSync(join(folder, "w.json"), JSON.stringify({ schemaVersion: "ice/v1", name: "slow", nodes: [slow] }));
  const worker = await start("worker", "--lease", "2");
  await start("run", "w.json", "--detach", "--run-id", "r");
  const running = async (): Promise<unknown> => (await start("workers")).line["workers"];
  await expect.poll(running, { timeout: 20_000 }).toMatchObject([{ runs: 1 }]);
  worker.child.kill("SIGTERM");
  await delay(500);
  worker.child.kill("SIGTERM");
  expect(await once(worker.child, "exit")).toEqual([130, null]);
  await start("worker", "--lease", "2");
  expect((await start("runs", "wait", "r", "--timeout", "60")).line).toMatchObject({ status: "completed" });
}, 120_000);
