import { describe, expect, test, vi } from "vitest";
import { blueprint, echo, ice } from "./fake-terminal.ts";
import { startProcess } from "./real-process.ts";

vi.setConfig({ testTimeout: 30_000 }); // processes start slowly on a busy machine

const start = (argv: readonly string[], files: Record<string, string>, node: readonly string[] = []) =>
  startProcess(argv, { files, node });

const tool = (id: string, toolName: string, toolArgs: object = {}) => ({ id, type: "tool", toolName, toolArgs });
describe("interrupts", () => {
  const files = { "w.json": blueprint([echo("first"), tool("slow", "sleep", { ms: 3_600_000 })]) };

  test("Ctrl-C releases the run, prints how to resume it and exits with 130", async () => {
    const { child, text, seen, ended } = start(["run", "w.json", "--json", "--run-id", "r"], files);
    await seen("stderr", /first/);
    child.kill("SIGINT");
    expect(await ended).toEqual({ code: 130, signal: null });
    const result = JSON.parse(text.stdout) as { readonly nodes: object };
    expect(result).toMatchObject({ status: "interrupted", nodes: { first: { status: "completed" } } });
    expect(Object.keys(result.nodes)).not.toContain("slow");
    expect(text.stderr).toContain("continue: ice resume r");
  });

  test("a second Ctrl-C ends the process at once, whatever hangs", async () => {
    const stuck = `
      const setup = (host) => host.onClose(() => new Promise(() => setInterval(() => {}, 1000)));
      export default { plugins: [{ name: "stuck", apiVersion: 1, needs: [], setup }] };
    `;
    const { child, seen, ended } = start(["run", "w.json"], { ...files, "ice.config.mjs": stuck });
    await seen("stderr", /first/);
    child.kill("SIGINT");
    await seen("stdout", /}\n$/);
    child.kill("SIGINT");
    expect(await ended).toEqual({ code: null, signal: "SIGINT" });
  });
});

test.each([[[]], [["--json"]]])("a tool that never settles ends the command with an error %j", async (more) => {
  const config = `
    const args = { safeParse: (data) => ({ success: true, data }) };
    export default { tools: [{ name: "hang", description: "", args, run: () => new Promise(() => {}) }] };
  `;
  const files = { "w.json": blueprint([tool("h", "hang")]), "ice.config.mjs": config };
  const { cwd, text, ended } = start(["run", "w.json", "--run-id", "r", ...more], files);
  expect(await ended).toEqual({ code: 10, signal: null });
  expect(more.length === 0 ? text.stderr : text.stdout).toMatch(/ICE_INTERNAL[^]*nothing in this process can settle/);
  expect(text.stderr).not.toContain("Warning");
  expect((await ice(["runs", "show", "r", "--json"], { cwd })).json).toMatchObject({ status: "interrupted" });
});

test("a node with effects outside shows as running while it is in flight, and after its process has died", async () => {
  const config = `
    const args = { safeParse: (data) => ({ success: true, data }) };
    const run = () => new Promise((resolve) => setTimeout(resolve, 3_600_000));
    export default { tools: [{ name: "pay", description: "", sideEffects: "external", args, run }] };
  `;
  const files = { "w.json": blueprint([echo("first"), tool("slow", "pay")]), "ice.config.mjs": config };
  const { child, cwd, seen, ended } = start(["run", "w.json", "--run-id", "r"], files);
  await seen("stderr", /first/);
  const show = (...more: string[]) => ice(["runs", "show", "r", ...more], { cwd });
  await expect
    .poll(async () => (await show("--json")).json, { timeout: 20_000 })
    .toMatchObject({ status: "running", nodes: { slow: { type: "tool", status: "running", attempts: 1 } } });
  const explain = async () => (await ice(["explain", "r"], { cwd })).stdout;
  expect(await explain()).toBe("slow running: is running\n");
  child.kill("SIGKILL");
  await ended;
  expect(await explain()).toBe(
    "slow running: was running when its process ended: it runs again when the run is resumed\n",
  );
  expect((await show("--json")).json).toMatchObject({ status: "interrupted", nodes: { slow: { status: "running" } } });
  expect((await show()).stderr).toMatch(/^interrupted r .*\n● slow tool started 20..-..-..T..:..:..Z\ncontinue: /);
});

test("--wait waits for an answer from another process, even if nothing else keeps the process alive", async () => {
  const ask = { id: "ask", type: "human", promptMessage: "Go?", approvalType: "approval" };
  const files = { "w.json": blueprint([ask]) };
  const { cwd, text, seen, ended } = start(["run", "w.json", "--wait", "--json", "--run-id", "r"], files);
  await seen("stderr", /ask/);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await ice(["runs", "show", "r", "--json"], { cwd })).json).toMatchObject({
    status: "running",
    waiting: [{ path: "ask" }],
  });
  expect(await ice(["respond", "r", "ask", "--approve"], { cwd })).toMatchObject({
    code: 0,
    stdout: "recorded; the process that runs it continues by itself\n",
  });
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(JSON.parse(text.stdout)).toMatchObject({ status: "completed", output: { ask: { approved: true } } });
});

test("a tool that ignores its signal does not keep the process alive after the run", async () => {
  const deafTool = `
    const args = { safeParse: (data) => ({ success: true, data }) };
    const run = () => new Promise((resolve) => setTimeout(resolve, 3_600_000));
    export default { tools: [{ name: "deaf", description: "", sideEffects: "none", args, run }] };
  `;
  const files = { "w.json": blueprint([tool("a", "deaf")]), "ice.config.mjs": deafTool };
  const { text, ended } = start(["run", "w.json", "--json", "--timeout", "0.05"], files);
  expect(await ended).toEqual({ code: 9, signal: null });
  expect(JSON.parse(text.stdout)).toMatchObject({ error: { code: "ICE_RUN_TIMEOUT" } });
});

test("a configuration in TypeScript can provide a plugin; nothing needs the network, workers or other programs", async () => {
  const config = `
    import { definePlugin } from "@ice/core";
    interface Options { readonly word: string }
    const greet = definePlugin<Options>({
      name: "greet",
      apiVersion: 1,
      setup: (host, { word }) => host.registerNode("greet", () => word),
    });
    export default { plugins: [greet({ word: "hi" })] };
  `;
  const nodes = [{ id: "a", type: "greet" }, tool("b", "text_write", { path: "out/a.txt", text: "x" })];
  const files = { "ice.config.ts": config, "w.json": blueprint(nodes) };
  // Node's permission model denies whatever is not allowed here.
  const { text, ended } = start(["run", "w.json", "--quiet"], files, [
    "--permission",
    "--allow-fs-read=*",
    "--allow-fs-write=*",
  ]);
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(text.stderr).toBe("");
  expect(JSON.parse(text.stdout)).toMatchObject({ a: "hi", b: { bytes: 1 } });
});

test.each(["18.20.8", "20.20.2", "22.1.0"])(
  "Node %s is refused with the version that is needed, before anything else is loaded",
  async (node) => {
    const old = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${node}" } })`;
    const pretend = ["--import", `data:text/javascript,${encodeURIComponent(old)}`];
    const { text, ended } = start(["doctor"], {}, pretend);
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(text.stderr).toMatch(
      new RegExp(`^ice needs Node 24 or newer, but this is Node ${node}\\.\nfix: install Node 24`),
    );
    const version = start(["--version"], {}, pretend);
    expect((await version.ended).code).toBe(0);
    expect(version.text.stdout).toMatch(/^\d+\.\d+\.\d+/);
  },
);
