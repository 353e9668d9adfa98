import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ice } from "./fake-terminal.ts";
import { startProcess } from "./real-process.ts";

vi.setConfig({ testTimeout: 60_000 }); // processes start slowly on a busy machine

const page = (v: string | number): string =>
  `schemaVersion: ice/v1\nname: page\nnodes:\n  - { id: a, type: workflow, workflowRef: ./child.yaml, inputs: { v: ${v} } }\n`;
const child = (text: string): string =>
  `schemaVersion: ice/v1\nname: child\nnodes:\n  - { id: c, type: tool, toolName: echo, toolArgs: { v: "{{ inputs.v }}", text: ${text} } }\n`;

async function startDev(files: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  const server = startProcess(["dev", ...argv, "--port", "0", "--json", "--store", "sqlite:ice.db"], { files });
  await server.seen("stdout", /\n/);
  const { url } = JSON.parse(server.text.stdout) as { url: string };
  const scopes = ["read", "run"].flatMap((scope) => ["--scope", scope]);
  const created = await ice(["tokens", "create", "me", ...scopes, "--store", "sqlite:ice.db", "--json"], {
    cwd: server.cwd,
  });
  const { token } = created.json as { token: string };
  const call = async (path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: (await answer.json()) as never };
  };
  const run = async () => (await call("/v1/runs?wait=20", { workflow: "page" })).json;
  const write = (name: string, text: string): void => writeFileSync(join(server.cwd, name), text);
  return { ...server, call, run, write };
}

test("a workflow runs by its name while its file is edited; a mistake keeps the last good state", async () => {
  const {
    call,
    run,
    write,
    seen,
    text,
    child: running,
    ended,
    cwd,
  } = await startDev({ "page.yaml": page(1), "child.yaml": child("one") }, "page.yaml");
  expect(await run()).toMatchObject({ status: "completed", output: { a: { c: { v: 1, text: "one" } } } });
  const shown = (await call("/v1/blueprints/page")).json as { blueprint: object };
  expect(shown).toMatchObject({ name: "page", revision: 1, createdBy: "dev", blueprint: { name: "page" } });
  expect(JSON.stringify(shown)).not.toContain(cwd);
  expect((await call("/v1/workflows")).json).toMatchObject({ workflows: [{ name: "page", source: "file" }] });
  expect((await call("/v1/blueprints/page/graph")).status).toBe(200);

  const began = performance.now();
  write("page.yaml", page(2));
  await expect
    .poll(async () => (await call("/v1/blueprints/page")).json, { interval: 20, timeout: 10_000 })
    .toMatchObject({ revision: 2 });
  expect(performance.now() - began).toBeLessThan(3000);
  expect(await run()).toMatchObject({ output: { a: { c: { v: 2 } } } });

  write("page.yaml", "nodes: [");
  await expect
    .poll(async () => (await call("/v1/dev/files")).json, { timeout: 10_000 })
    .toMatchObject({
      files: [{ file: "page.yaml", name: "page", issues: [{ code: "ICE_BLUEPRINT_SYNTAX", line: 1 }] }],
    });
  await seen("stderr", /not valid; new runs use the last valid version/);
  expect(await run()).toMatchObject({ output: { a: { c: { v: 2 } } } });

  write("page.yaml", page(3));
  write("child.yaml", child("three"));
  await expect.poll(run, { timeout: 20_000 }).toMatchObject({ output: { a: { c: { v: 3, text: "three" } } } });
  expect((await call("/v1/dev/files")).json).toMatchObject({ files: [{ name: "page", issues: [] }] });
  expect(readFileSync(join(cwd, "page.yaml"), "utf8")).toBe(page(3));
  expect(text.stderr).not.toContain("ice has a bug");
  running.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, signal: null });
});

test("who waits for a change of the files learns of a mistake within 300 ms, with its line and the text", async () => {
  const server = await startDev({ "page.yaml": page(1), "child.yaml": child("one") }, "page.yaml");
  const { call, write, child: running, ended } = server;
  expect((await call("/v1/server")).json).toMatchObject({ dev: true, store: "sqlite:ice.db" });
  type Seen = { revision: number; files: { issues: { line: number; fix?: string }[] }[] };
  let seen = (await call("/v1/dev/files")).json as Seen;
  const times: number[] = [];
  // The first change loads what the check needs; a busy machine is late once in a while.
  for (let round = 0; round < 5; round += 1) {
    const text = page(round).replace("./child.yaml", round % 2 === 0 ? "./childd.yaml" : "./child.yaml");
    const waiting = call(`/v1/dev/files?after=${seen.revision}&wait=20`);
    const began = performance.now();
    write("page.yaml", text);
    seen = (await waiting).json as Seen;
    times.push(performance.now() - began);
    expect(seen.files[0]!.issues.map(({ line }) => line)).toEqual(round % 2 === 0 ? [4] : []);
    expect((await call("/v1/dev/files/page.yaml")).json).toMatchObject({ file: "page.yaml", text });
  }
  expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(300);
  const waiting = call(`/v1/dev/files?after=${seen.revision}&wait=20`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  running.kill("SIGTERM");
  expect((await waiting).status).toBe(200);
  expect(await ended).toMatchObject({ code: 0 });
});

test("a file that is not there yet is reported, and runs once it is written", async () => {
  const { call, run, write } = await startDev({ "child.yaml": child("x") }, "page.yaml");
  expect((await call("/v1/dev/files")).json).toMatchObject({
    files: [{ file: "page.yaml", name: null, issues: [{ code: "ICE_FILE_NOT_FOUND" }] }],
  });
  expect((await call("/v1/runs", { workflow: "page" })).status).toBe(404);
  write("page.yaml", page(1));
  await expect.poll(run, { timeout: 20_000 }).toMatchObject({ status: "completed" });
});

test("without a file the command says what to name", async () => {
  expect(await ice(["dev"])).toMatchObject({ code: 2, stderr: expect.stringContaining("ice dev FILE") });
});
