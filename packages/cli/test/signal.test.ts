import { describe, expect, test } from "vitest";
import { blueprint, echo, folderWith, ice } from "./fake-terminal.ts";

const wait = (id: string, more: object): object => ({ id, type: "wait", ...more });
/** A folder with the suspended run `r`. */
async function suspended(...nodes: object[]): Promise<string> {
  const cwd = folderWith({ "w.json": blueprint(nodes), "ended.json": blueprint([echo("a")]) });
  expect((await ice(["run", "w.json", "--run-id", "r"], { cwd })).code).toBe(5);
  return cwd;
}
const signal = (cwd: string, ...argv: string[]) => ice(["signal", ...argv], { cwd });

describe("ice signal", () => {
  test("records a signal, and prints how the run continues, or all of it as JSON", async () => {
    const cwd = await suspended(wait("a", { signal: "x" }), wait("b", { signal: "y", dependencies: ["a"] }));
    const sent = { runId: "r", signal: "x", accepted: true, duplicate: false };
    const first = await signal(cwd, "r", "x", "--json");
    expect(first).toMatchObject({ code: 0, json: { ...sent, id: expect.stringMatching(/^[\w-]{8,}$/) }, stderr: "" });
    const again = ["r", "y", "--data", '{"n": [1, null]}', "--id", "k", "--as", "kim"];
    expect((await signal(cwd, ...again)).stdout).toBe("recorded; continue with: ice resume r\n");
    expect((await signal(cwd, ...again)).stdout).toBe("known already; continue with: ice resume r\n");
    expect((await signal(cwd, ...again, "--json")).json).toEqual({ ...sent, signal: "y", id: "k", duplicate: true });
    expect((await ice(["runs", "show", "r", "--json"], { cwd })).json).toMatchObject({ status: "suspended" });
    const { code, json } = await ice(["resume", "r", "--json"], { cwd });
    const b = { signal: "y", payload: { n: [1, null] }, id: "k", by: "kim", at: expect.any(Number) };
    expect([code, json]).toMatchObject([0, { output: { a: { payload: null, by: null }, b } }]);
    expect((json as { output: object }).output).toHaveProperty("b", b);
  });

  test("asks whether another signal was meant, for which the run waits", async () => {
    const cwd = await suspended(wait("a", { signal: ["paid", "cancelled"] }));
    expect((await signal(cwd, "r", "padi")).stderr).toBe('no node waits for "padi" now; did you mean "paid"?\n');
    expect((await signal(cwd, "r", "payd", "--quiet")).stderr).toBe("");
    for (const name of ["paid", "stop"]) expect((await signal(cwd, "r", name)).stderr).toBe("");
  });

  test.each<[number, string, string[]]>([
    [4, "ICE_RUN_NOT_FOUND", ["nowhere", "x"]],
    [1, "ICE_RUN_ENDED", ["ended", "x"]],
    [3, "ICE_SIGNAL_INVALID", ["r", "no!"]],
    [3, "ICE_SIGNAL_INVALID", ["r", "x", "--data", '"text"']],
    [3, "ICE_SIGNAL_INVALID", ["r", "y", "--data", JSON.stringify("x".repeat(1024 * 1024))]],
    [3, "ICE_SIGNAL_INVALID", ["r", "y", "--data", "[12345678901234567890]"]],
    [3, "ICE_SIGNAL_INVALID", ["r", "y", "--id", "k".repeat(201)]],
    [2, "ICE_USAGE", ["r", "x", "--data", "{not"]],
    [2, "ICE_USAGE", ["r"]],
    [2, "ICE_USAGE", []],
    [2, "ICE_USAGE", ["r", "x", "y"]],
    [2, "ICE_USAGE", ["r", "x", "--as", ""]],
  ])("exits with %i and %s", async (code, error, argv) => {
    const cwd = await suspended(wait("a", { signal: "x", payloadSchema: { type: "number" } }));
    await ice(["run", "ended.json", "--run-id", "ended"], { cwd });
    expect(await signal(cwd, ...argv, "--json")).toMatchObject({ code, json: { error: { code: error } } });
    expect((await ice(["resume", "r", "--json"], { cwd })).json).toMatchObject({ status: "suspended" });
  });

  test("reaches a run in another process, which continues by itself", async () => {
    const cwd = folderWith({ "w.json": blueprint([wait("w", { signal: "x" })]) });
    const running = ice(["run", "w.json", "--run-id", "r", "--wait", "--json"], { cwd });
    while (!(await ice(["runs", "list"], { cwd })).stdout.includes("running"));
    const { stdout } = await signal(cwd, "r", "x", "--data", "5");
    expect(stdout).toBe("recorded; the process that runs it continues by itself\n");
    expect(await running).toMatchObject({ code: 0, json: { output: { w: { signal: "x", payload: 5 } } } });
  });
});
