import { describe, expect, test } from "vitest";
import { blueprint, echo, folderWith, ice } from "./fake-terminal.ts";

const wait = (id: string, more: object): object => ({ id, type: "wait", ...more });
const detached = (workflowRef: string): object => ({
  id: "s",
  type: "workflow",
  workflowRef,
  detached: true,
  runId: "kid",
});
const sleep = (ms: number): object => ({ id: "x", type: "tool", toolName: "sleep", toolArgs: { ms } });

describe("--stay", () => {
  const files = { "w.json": blueprint([wait("w", { seconds: 0.5 })]) };
  const config = (staySeconds: number) => ({
    ...files,
    "ice.config.mjs": `export default { staySeconds: ${staySeconds} };`,
  });

  test.each<[string, Record<string, string>, string[], number]>([
    ["a minute by default", files, [], 0],
    ["as long as it says", files, ["--stay", "0.1"], 5],
    ["as long as the configuration says", config(0.1), [], 5],
    ["before the configuration", config(0.1), ["--stay", "2"], 0],
    ["whatever it says, with --wait", config(0.1), ["--wait"], 0],
  ])("the process stays for a timer %s", async (_name, given, flags, code) => {
    expect((await ice(["run", "w.json", "--run-id", "r", ...flags], { files: given })).code).toBe(code);
  });

  test.each([
    ["--stay", "-1"],
    ["--stay", "soon"],
  ])("a bad one is refused: %s %s", async (...flags) => {
    expect(await ice(["run", "w.json", ...flags, "--json"], { files })).toMatchObject({
      code: 2,
      json: { error: { code: "ICE_USAGE" } },
    });
  });

  test.each([-1, 86_401, '"5"'])("a bad one of the configuration is refused: %s", async (staySeconds) => {
    const { code, stderr } = await ice(["run", "w.json"], { files: config(staySeconds as number) });
    expect([code, stderr]).toEqual([2, expect.stringContaining("staySeconds")]);
  });
});

describe("the cache", () => {
  const cached = (id: string) => echo(id, {}, { cache: { ttlSeconds: 600 } });
  const hits = async (cwd: string, ...flags: string[]): Promise<string[]> => {
    const { json } = await ice(["run", "w.json", "--json", ...flags], { cwd });
    const { nodes } = json as { nodes: Record<string, { cached?: true }> };
    return Object.keys(nodes).filter((path) => nodes[path]!.cached === true);
  };

  test("is not looked at, and not written, with --no-cache; a resume has the flag, too", async () => {
    const cwd = folderWith({
      "w.json": blueprint([cached("a")]),
      "v.json": blueprint([wait("w", { signal: "x" }), { ...cached("a"), dependencies: ["w"] }]),
    });
    expect(await hits(cwd, "--no-cache")).toEqual([]);
    expect(await hits(cwd)).toEqual([]);
    expect(await hits(cwd, "--no-cache")).toEqual([]);
    expect(await hits(cwd)).toEqual(["a"]);
    for (const runId of ["first", "second"]) {
      await ice(["run", "v.json", "--run-id", runId], { cwd });
      await ice(["signal", runId, "x"], { cwd });
      const { json } = await ice(["resume", runId, "--json", "--no-cache"], { cwd });
      expect((json as { nodes: object }).nodes).toMatchObject({ a: { attempts: 1 } });
    }
  });

  test("keeps as much as `limits.cacheEntries` says, and its hits say so while the run goes on", async () => {
    const nodes = [cached("a"), cached("b"), cached("c")];
    const cwd = folderWith({
      "w.json": blueprint(nodes),
      "ice.config.mjs": "export default { limits: { cacheEntries: 2 } };",
    });
    await hits(cwd);
    expect(await hits(cwd)).toHaveLength(2);
    expect((await ice(["run", "w.json", "--no-config"], { cwd })).stderr).toMatch(/^✓ \w tool cached$/m);
    const { code, stderr } = await ice(["run", "w.json"], {
      files: { "w.json": blueprint(nodes), "ice.config.mjs": "export default { limits: { cacheEntries: -1 } };" },
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining("cacheEntries")]);
  });
});

test("what is due is shown by `runs list`, for people and as JSON, and by `runs show`", async () => {
  const at = Date.UTC(2100, 0, 31, 9);
  const cwd = folderWith({
    "w.json": blueprint([wait("w", { at }), wait("v", { signal: "x", at: at + 1000 })]),
    "s.json": blueprint([wait("v", { signal: "x" })]),
  });
  for (const [id, file] of [
    ["r", "w.json"],
    ["never", "s.json"],
  ] as const)
    await ice(["run", file, "--run-id", id], { cwd });
  const { stdout } = await ice(["runs", "list"], { cwd });
  expect(stdout).toMatch(/^r {2}suspended .* demo@0\.0\.0 {2}due 2100-01-31 09:00:00$/m);
  expect(stdout).toMatch(/^never {2}suspended .* demo@0\.0\.0$/m);
  const { json } = await ice(["runs", "list", "--json"], { cwd });
  const { runs } = json as { runs: { runId: string; resumeAt?: number }[] };
  expect(runs.map(({ runId, resumeAt }) => [runId, resumeAt])).toEqual([
    ["never", undefined],
    ["r", at],
  ]);
  const shown = await ice(["runs", "show", "r", "--json"], { cwd });
  expect((shown.json as { waiting: object[] }).waiting).toEqual([
    { path: "w", kind: "timer", resumeAt: at },
    { path: "v", kind: "signal", signals: ["x"], resumeAt: at + 1000, expiresAt: null },
  ]);
});

describe("a detached run", () => {
  test("ends before the command does, which has printed its own document by then", async () => {
    const files = {
      "w.json": blueprint([detached("./kid.json"), wait("w", { seconds: 0 })]),
      "kid.json": blueprint([sleep(300)]),
    };
    const { code, json, stderr, cwd } = await ice(["run", "w.json", "--run-id", "r", "--json"], { files });
    expect([code, json]).toMatchObject([0, { status: "completed", output: { s: { runId: "kid" } } }]);
    expect((json as { durationMs: number }).durationMs).toBeLessThan(300);
    expect(stderr).toContain("↗ s started the run kid\n");
    expect((await ice(["runs", "show", "kid", "--json"], { cwd })).json).toMatchObject({
      status: "completed",
      startedBy: { runId: "r", path: "s" },
    });
  });

  test("is left by Ctrl-C as the run of the command is, and can be resumed", async () => {
    const files = { "w.json": blueprint([detached("./kid.json")]), "kid.json": blueprint([sleep(3_600_000)]) };
    const onStderr = (text: string, interrupt: () => void): void => {
      if (text.startsWith("completed")) setTimeout(interrupt, 20);
    };
    const { code, cwd } = await ice(["run", "w.json", "--run-id", "r"], { files, onStderr });
    expect(code).toBe(130);
    expect((await ice(["runs", "show", "kid", "--json"], { cwd })).json).toMatchObject({ status: "interrupted" });
  });
});

test("a wait says for what it waits when it begins", async () => {
  const nodes = [
    wait("w", { seconds: 0.1 }),
    wait("v", { signal: ["x", "y"], at: "2100-01-01T00:00:00Z", dependencies: ["w"] }),
  ];
  const { stderr } = await ice(["run", "w.json", "--run-id", "r"], { files: { "w.json": blueprint(nodes) } });
  expect(stderr).toMatch(
    /^\? w waits until [\d-]+ [\d:]+\n✓ w wait .*\n\? v waits for the signal x or y until 2100-01-01 00:00:00\nsuspended r /,
  );
});
