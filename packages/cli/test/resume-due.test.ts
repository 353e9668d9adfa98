import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blueprint, echo, folderWith, ice } from "./fake-terminal.ts";

const wait = (id: string, more: object): object => ({ id, type: "wait", ...more });
const ask = (id: string, more: object = {}): object => ({
  id,
  type: "human",
  promptMessage: "?",
  approvalType: "approval",
  ...more,
});
const note = (id: string, more: object): object => ({
  id,
  type: "tool",
  toolName: "text_write",
  toolArgs: { path: "out/notes.txt", text: id, append: true },
  ...more,
});
/** Seconds: longer than a busy machine needs to suspend a run that has begun to wait. */
const soon = 0.4;
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A folder with suspended runs, by their ids. */
async function folderOf(runs: Readonly<Record<string, readonly object[]>>): Promise<string> {
  const files = Object.entries(runs).map(([id, nodes]) => [`${id}.json`, blueprint(nodes)]);
  const cwd = folderWith(Object.fromEntries(files) as Record<string, string>);
  for (const id of Object.keys(runs))
    expect((await ice(["run", `${id}.json`, "--run-id", id, "--stay", "0"], { cwd })).code).toBe(5);
  await later(soon * 1000 + 10);
  return cwd;
}
const due = (cwd: string, ...argv: string[]) => ice(["resume", "--due", ...argv], { cwd });

describe("ice resume --due", () => {
  test("continues every run whose time has come, and no other", async () => {
    const cwd = await folderOf({
      timer: [wait("w", { seconds: soon }), echo("z", {}, { dependencies: ["w"] })],
      past: [wait("w", { signal: "x", seconds: soon })],
      deadline: [wait("w", { signal: "x", timeoutSeconds: soon })],
      question: [ask("h", { timeoutSeconds: soon, onTimeout: "reject" })],
      twice: [wait("w", { seconds: soon }), wait("v", { seconds: 9000, dependencies: ["w"] })],
      late: [wait("w", { seconds: 9000 })],
      signals: [wait("w", { signal: "x" }), ask("h")],
    });
    await ice(["signal", "signals", "x"], { cwd });
    const { code, json } = await due(cwd, "--json");
    const statuses = {
      timer: "completed",
      past: "completed",
      deadline: "failed",
      question: "completed",
      twice: "suspended",
    };
    expect([code, new Set((json as { runs: object[] }).runs)]).toEqual([
      0,
      new Set(Object.entries(statuses).map(([runId, status]) => ({ runId, status }))),
    ]);
    expect(await due(cwd)).toMatchObject({ code: 0, stdout: "no run is due\n" });
    expect((await due(cwd, "--json")).json).toEqual({ runs: [] });
    const { json: listed } = await ice(["runs", "list", "--status", "suspended", "--json"], { cwd });
    expect((listed as { runs: { runId: string }[] }).runs.map(({ runId }) => runId)).toEqual([
      "signals",
      "late",
      "twice",
    ]);
  });

  test("prints a line for each, and stays for timers as the other commands do", async () => {
    const cwd = await folderOf({
      a: [wait("w", { seconds: soon }), wait("v", { seconds: soon, dependencies: ["w"] })],
    });
    expect((await due(cwd, "--stay", "0")).stdout).toBe("a is suspended\n");
    await later(soon * 1000 + 10);
    expect((await due(cwd)).stdout).toBe("a is completed\n");
  });

  test("leaves runs that another process continues", async () => {
    const cwd = await folderOf({ a: [wait("w", { seconds: soon }), note("n", { dependencies: ["w"] })] });
    const both = await Promise.all([due(cwd, "--json"), due(cwd, "--json")]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.flatMap(({ json }) => (json as { runs: object[] }).runs)).toContainEqual({
      runId: "a",
      status: "completed",
    });
    expect(readFileSync(join(cwd, "out/notes.txt"), "utf8")).toBe("n");
  });

  test("goes on after a run that cannot be continued, and exits with 1", async () => {
    const timer = wait("w", { seconds: soon });
    const config = `export default { agents: [{ name: "gone", description: "", tools: [], run: () => 1 }] };`;
    const cwd = folderWith({
      "ice.config.mjs": config,
      "a.json": blueprint([timer, { id: "g", type: "agent", package: "gone", input: 1, dependencies: ["w"] }]),
      "b.json": blueprint([timer]),
    });
    for (const id of ["a", "b"])
      expect(await ice(["run", `${id}.json`, "--run-id", id, "--stay", "0"], { cwd })).toMatchObject({ code: 5 });
    await later(soon * 1000 + 10);
    const { code, json, stderr } = await due(cwd, "--json", "--no-config");
    expect([code, json]).toEqual([1, { runs: [{ runId: "b", status: "completed" }] }]);
    expect(stderr).toMatch(/^a: error ICE_\w+/m);
  });

  test("continues a run of a network with its network", async () => {
    const workflows = ["one", "two"].map((id) => ({ id, ref: "./w.json" }));
    const network = JSON.stringify({ schemaVersion: "ice-network/v1", name: "net", workflows });
    const cwd = folderWith({ "net.json": network, "w.json": blueprint([wait("w", { seconds: soon })]) });
    expect((await ice(["network", "run", "net.json", "--run-id", "n", "--stay", "0"], { cwd })).code).toBe(5);
    await later(soon * 1000 + 10);
    expect((await due(cwd, "--json")).json).toEqual({ runs: [{ runId: "n", status: "completed" }] });
  });

  test("is refused together with a run", async () => {
    expect(await ice(["resume", "r", "--due", "--json"], { cwd: folderWith({}) })).toMatchObject({
      code: 2,
      json: { error: { code: "ICE_USAGE" } },
    });
  });
});
