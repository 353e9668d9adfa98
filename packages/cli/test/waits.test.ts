import { describe, expect, test } from "vitest";
import { blueprint, echo, folderWith, ice } from "./fake-terminal.ts";

const wait = (id: string, more: object): object => ({ id, type: "wait", ...more });

test("a run that waits for signals and times says for which, and how to send one", async () => {
  const nodes = [
    wait("payment", { signal: ["paid", "withdrawn"], at: "2100-01-31T09:00:00Z" }),
    wait("pickup", { signal: "picked_up", timeoutSeconds: 3600 }),
    wait("new_year", { at: "2101-01-01T00:00:00Z" }),
    echo("ship", { amount: "{{ payment.payload }}" }),
  ];
  const cwd = folderWith({ "w.json": blueprint(nodes) });
  const { code, stderr } = await ice(["run", "w.json", "--run-id", "r"], { cwd });
  expect(code).toBe(5);
  expect(stderr).toContain(
    "? payment: waits for the signal paid or withdrawn until 2100-01-31T09:00:00Z\n  signal: ice signal r paid\n      or: withdrawn\n",
  );
  expect(stderr).toMatch(
    /\? pickup: waits for the signal picked_up; fails at 20[\d-]+T[\d:]+Z\n {2}signal: ice signal r picked_up\n/,
  );
  expect(stderr).toContain("? new_year: waits until 2101-01-01T00:00:00Z\ncontinue: ice resume r\n");

  const sent = await ice(["signal", "r", "paid", "--data", "12"], { cwd });
  expect([sent.code, sent.stdout]).toEqual([0, "recorded; continue with: ice resume r\n"]);
  const resumed = await ice(["resume", "r", "--json"], { cwd });
  expect(resumed.json).toMatchObject({ nodes: { ship: { output: { amount: 12 } }, pickup: { status: "waiting" } } });
  const shown = await ice(["runs", "show", "r"], { cwd });
  expect(shown.stderr).not.toContain("payment: waits");
  expect(shown.stderr).toContain("? pickup: waits for the signal picked_up; fails at");
});

test("when a wait begins, a line says for what", async () => {
  const nodes = [
    wait("w", { seconds: 0.1 }),
    wait("v", { signal: ["x", "y"], at: "2100-01-01T00:00:00Z", dependencies: ["w"] }),
  ];
  const { stderr } = await ice(["run", "w.json", "--run-id", "r"], { files: { "w.json": blueprint(nodes) } });
  expect(stderr).toMatch(
    /^\? w waits until [\d-]+T[\d:]+Z\n✓ w wait .*\n\? v waits for the signal x or y until 2100-01-01T00:00:00Z\nsuspended r /,
  );
});

test("a run that is suspended before it has an output prints none", async () => {
  const files = { "w.json": blueprint([wait("v", { signal: "x" })]) };
  expect((await ice(["run", "w.json"], { files })).stdout).toBe("");
  expect((await ice(["run", "w.json", "--json"], { files })).json).toMatchObject({ status: "suspended", output: {} });
});

test("`runs list` and `runs show` say when a run is due, for people and as JSON", async () => {
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
  expect(stdout).toMatch(/^r {6}suspended .* demo@0\.0\.0 {2}due 2100-01-31T09:00:00Z$/m);
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
