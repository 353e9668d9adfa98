import { describe, expect, test } from "vitest";
import { blueprint, echo, folderWith, ice } from "./fake-terminal.ts";

const wait = (id: string, more: object): object => ({ id, type: "wait", ...more });

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
