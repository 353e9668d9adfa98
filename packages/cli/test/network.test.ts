import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { NetworkResult, RunResult } from "@ice/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseArguments } from "../src/args/arguments.ts";
import { commandContext } from "../src/args/command.ts";
import type { RunServices } from "../src/config/run-services.ts";
import { runCli, type Terminal } from "../src/index.ts";
import { printNetwork } from "../src/run/follow-network.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ice-network-"));
  write("etl.yaml", [
    "schemaVersion: ice/v1",
    "name: etl",
    'nodes: [{ id: rows, type: tool, toolName: echo, toolArgs: { rows: [1, 2], region: "{{ inputs.global.region }}" } }]',
    'outputs: { rows: "{{ rows.rows }}" }',
  ]);
  write("ask.yaml", [
    "schemaVersion: ice/v1",
    "name: ask",
    'nodes: [{ id: ok, type: human, promptMessage: "Publish {{ inputs.n }} rows?", approvalType: approval }]',
  ]);
  write("net.yaml", [
    "schemaVersion: ice-network/v1",
    "name: nightly",
    "global: { region: eu }",
    "workflows:",
    "  - { id: etl, ref: ./etl.yaml }",
    '  - { id: ask, ref: ./ask.yaml, after: [etl], inputs: { n: "{{ size(etl.output.rows) }}" } }',
  ]);
});
afterEach(() => rmSync(cwd, { recursive: true }));
const write = (file: string, lines: readonly string[]): void => writeFileSync(join(cwd, file), `${lines.join("\n")}\n`);

const ice = async (line: string, more: Partial<Terminal> = {}) => {
  let [stdout, stderr] = ["", ""];
  const code = await runCli(line.split(" "), {
    cwd,
    env: {},
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    readStdin: async () => "",
    onInterrupt: () => () => {},
    ...more,
  });
  return { code, stdout, stderr, json: () => JSON.parse(stdout) as NetworkResult };
};

test("a network that waits exits with 5, prints how to continue, and is continued by `resume` after the answer", async () => {
  const suspended = await ice("network run net.yaml --run-id n");
  expect(suspended.code).toBe(5);
  expect(JSON.parse(suspended.stdout)).toEqual({ etl: { rows: [1, 2] } });
  expect(suspended.stderr).toMatch(
    /^✓ etl\.rows tool .*\n✓ etl network\.workflow .*\n\? ask\.ok .*\nsuspended n\n\? ok: Publish 2 rows\?\n/,
  );
  expect(suspended.stderr).toContain("ice respond n.ask ok --approve\n      or: --reject\ncontinue: ice resume n\n");
  expect((await ice("resume n --json")).code).toBe(5);
  // A workflow of the network that waits is continued with its network.
  expect((await ice("runs show n.ask")).stderr).toContain(
    "respond n.ask ok --approve\n      or: --reject\ncontinue: ice resume n\n",
  );
  expect(await ice("respond n.ask ok --approve")).toMatchObject({
    code: 0,
    stdout: "recorded; continue with: ice resume n\n",
  });
  const done = await ice("resume n --json");
  expect(done.code).toBe(0);
  expect(done.json()).toMatchObject({ runId: "n", status: "completed", workflows: { ask: { runId: "n.ask" } } });
  expect((await ice("runs show n --json")).json()).toEqual(done.json());
  expect((await ice("network run net.yaml --run-id n --json")).code).toBe(3);
});

test("an answer for a network in progress says when to resume it, and a dot in a run id makes no network", async () => {
  write("slow.yaml", [
    "schemaVersion: ice/v1",
    "name: slow",
    "nodes: [{ id: s, type: tool, toolName: sleep, toolArgs: { ms: 600000 } }]",
  ]);
  write("both.yaml", [
    "schemaVersion: ice-network/v1",
    "name: both",
    "workflows: [{ id: slow, ref: ./slow.yaml }, { id: ask, ref: ./ask.yaml, inputs: { n: 1 } }]",
  ]);
  let interrupt = (): void => {};
  const onInterrupt = (callback: () => void) => {
    interrupt = callback;
    return () => {};
  };
  const running = ice("network run both.yaml --run-id n", { onInterrupt });
  await expect
    .poll(async () => (await ice("runs list --status suspended")).stdout, { timeout: 60_000 })
    .toContain("n.ask");
  expect((await ice("respond n.ask ok --approve")).stdout).toBe(
    "recorded; once the network n is suspended, continue with: ice resume n\n",
  );
  interrupt();
  expect((await running).code).toBe(130);
  await ice("run ask.yaml --input n=2 --run-id r.1");
  expect((await ice("respond r.1 ok --approve")).stdout).toBe("recorded; continue with: ice resume r.1\n");
}, 90_000);

test("a workflow whose network was deleted is continued by itself", async () => {
  await ice("network run net.yaml --run-id n");
  const database = new DatabaseSync(join(cwd, ".ice", "ice.db"));
  database.exec("DELETE FROM runs WHERE run_id = 'n'");
  database.close();
  expect((await ice("runs show n.ask")).stderr).toContain("ice resume n.ask");
  expect((await ice("respond n.ask ok --approve")).stdout).toBe("recorded; continue with: ice resume n.ask\n");
});

test("a person at the terminal is asked, whichever workflow asks", async () => {
  const asked: string[] = [];
  const ask: Terminal["ask"] = async ({ promptMessage = "" }) => {
    asked.push(promptMessage);
    return { answer: { approved: false }, by: undefined };
  };
  const { code, json } = await ice("network run net.yaml --json", { ask });
  expect(code).toBe(0);
  expect(asked).toEqual(["Publish 2 rows?"]);
  expect(json()).toMatchObject({ workflows: { ask: { output: { ok: { approved: false } } } } });
});

test.each([
  ["run net.yaml", "a network, not a workflow", "use ice network run FILE"],
  ["validate net.yaml", "a network, not a workflow", "use ice network run FILE"],
  ["graph bare-net.yaml", "a network, not a workflow", "use ice network run FILE"],
  ["network run etl.yaml", "a workflow, not a network", "use ice run FILE"],
  ["network validate bare.yaml", "a workflow, not a network", "use ice run FILE"],
])("the other kind of file is recognised: %s", async (line, message, fix) => {
  write("bare-net.yaml", ["name: n", "workflows: [{ id: etl, ref: ./etl.yaml }]"]);
  write("bare.yaml", ["name: w", "nodes: [{ id: a, type: tool, toolName: echo }]"]);
  const { code, stderr } = await ice(line);
  expect(code).toBe(3);
  expect(stderr).toContain(`error ICE_SCHEMA_VERSION  this is ${message}\n`);
  expect(stderr).toContain(`fix: ${fix}`);
  expect(stderr).toContain("1 error in");
});

test("issues have their places in the file", async () => {
  write("net.yaml", [
    "schemaVersion: ice-network/v1",
    "name: nightly",
    "workflows:",
    "  - { id: etl, ref: ./etl.yaml }",
    "  - { id: next, ref: ./etl.yaml, after: [elt] }",
  ]);
  for (const line of ["network validate net.yaml", "network run net.yaml", "network graph net.yaml"]) {
    const { code, stderr } = await ice(line);
    expect(code).toBe(3);
    expect(stderr).toContain("net.yaml:5:42");
    expect(stderr).toContain('did you mean "etl"?');
  }
  const { code, stdout } = await ice("network validate net.yaml --json");
  expect([code, JSON.parse(stdout)]).toMatchObject([3, { valid: false, issues: [{ path: "/workflows/1/after/0" }] }]);
});

test("a valid network is validated and drawn without running, and without a store", async () => {
  expect(await ice("network validate net.yaml --json")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("true"),
  });
  expect((await ice("network graph net.yaml")).stdout).toContain("n_etl --> n_ask");
  expect((await ice("network graph net.yaml --format dot")).stdout).toContain('"etl" -> "ask"');
  const { stdout } = await ice("network graph net.yaml --format json");
  expect(JSON.parse(stdout)).toMatchObject({ edges: [{ from: "etl", to: "ask" }] });
  expect((await ice("runs list --store memory:")).stdout).toBe("no runs\n");
  expect((await ice("network graph net.yaml --format png")).code).toBe(2);
  expect((await ice("network")).code).toBe(2);
  expect((await ice("network draw net.yaml")).code).toBe(2);
  expect((await ice("network run")).code).toBe(2);
  expect((await ice("network run none.yaml")).code).toBe(4);
});

test("modules are loaded when the configuration allows code, and refused otherwise", async () => {
  write("flows.mjs", [
    "const echo = { id: 'a', type: 'tool', toolName: 'echo', toolArgs: { region: '{{ inputs.global.region }}' } };",
    "export const flow = { schemaVersion: 'ice/v1', name: 'flow', nodes: [echo] };",
  ]);
  write("code.yaml", [
    "schemaVersion: ice-network/v1",
    "name: code",
    "global: { region: eu }",
    "workflows: [{ id: a, ref: './flows.mjs#flow' }]",
  ]);
  const refused = await ice("network run code.yaml --store memory:");
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain("ICE_CODE_DENIED");
  write("ice.config.mjs", ["export default { allow: { code: true } };"]);
  const { code, json } = await ice("network run code.yaml --json --store memory:");
  expect(code).toBe(0);
  expect(json().workflows["a"]).toMatchObject({ output: { a: { region: "eu" } } });
});

test("the error of a workflow decides the exit code", async () => {
  write("etl.yaml", [
    "schemaVersion: ice/v1",
    "name: etl",
    'nodes: [{ id: l, type: loop, itemsSource: "[1, 2]", maxIterations: 1, body: [{ id: x, type: tool, toolName: echo }] }]',
  ]);
  const { code, stderr } = await ice("network run net.yaml --store memory:");
  expect(code).toBe(6);
  expect(stderr).toContain("error ICE_LOOP_LIMIT at etl.l");
  expect(stderr).toContain("- ask network.workflow dependencyFailed");
});

test("outputs that are too long together are left out, and what shows them is said", async () => {
  const of = (id: string, text: string): RunResult => ({
    runId: `n.${id}`,
    workflow: { name: id, version: "1.0.0" },
    status: "completed",
    output: { text },
    nodes: {},
    usage: {} as RunResult["usage"],
    startedAt: 0,
    endedAt: 0,
    durationMs: 0,
  });
  const workflows = { one: of("one", "x".repeat(135_000_000)), two: of("two", "y") };
  let [stdout, stderr] = ["", ""];
  const terminal = {
    env: {},
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  } as unknown as Terminal;
  const { flags } = parseArguments([], { flags: {}, maxOperands: 0 });
  const services = { store: { durable: true } } as unknown as RunServices;
  const result: NetworkResult = { runId: "n", name: "n", status: "completed", workflows };
  const context = commandContext({ flags, operands: [] }, terminal, () => "0.0.0");
  await printNetwork({ ...context, ...services }, result);
  expect(JSON.parse(stdout)).toEqual({ one: { outputOmitted: true }, two: { text: "y" } });
  expect(stderr).toBe("completed n\ntoo long to print with the others:\n  ice runs show n.one\n");
});
