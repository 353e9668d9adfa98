import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { trustServers } from "../src/index.ts";
import { directoryWith, scripted } from "./served.ts";

const run = promisify(execFile);
const source = join(import.meta.dirname, "../src/index.ts");

/** Runs a program that evaluates no strings; returns the packages that it loads. */
async function packagesLoadedBy(program: string, directory: string): Promise<readonly string[]> {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = new Set();
    registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
    const { mcp } = await import(${JSON.stringify(source)});
    const tools = new Map();
    const closers = [];
    const host = {
      use: () => ({ fill: (text) => text, scrub: (text) => text, scrubParts: () => ({ add: (text) => text, end: () => "" }) }),
      registerTool: (tool) => tools.set(tool.name, tool),
      explainMissingTools() {},
      onClose: (close) => closers.push(close),
    };
    mcp({ directory: process.argv[1], servers: { s: ${JSON.stringify(scripted())} } }).setup(host);
    ${program}
    for (const close of closers) await close();
    console.log(JSON.stringify([...loaded]));`;
  const flags = ["--conditions=@ice/source", "--disallow-code-generation-from-strings", "--disable-proto=throw"];
  const { stdout } = await run(process.execPath, [...flags, "--input-type=module", "--eval", script, directory], {
    cwd: import.meta.dirname,
  });
  const files = JSON.parse(stdout.trim().split("\n").at(-1)!) as string[];
  return [
    ...new Set(
      files.flatMap((file) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(file)?.[1] ?? []),
    ),
  ];
}

test("the client is loaded by the first call, even where evaluating strings is forbidden", async () => {
  const tools = [{ name: "t", outputSchema: { type: "object" }, result: { content: [], structuredContent: { n: 1 } } }];
  const directory = directoryWith({ "script.json": { tools } });
  await trustServers({ directory, servers: { s: scripted() } });
  const ofClient = (packages: readonly string[]) =>
    packages.filter((name) => name.startsWith("@modelcontextprotocol/"));
  expect(ofClient(await packagesLoadedBy("", directory))).toEqual([]);
  const call = `
    const signal = new AbortController().signal;
    const output = await tools.get("s.t").run({}, { signal, emit() {} });
    if (output.n !== 1) throw new Error(JSON.stringify(output));`;
  expect(ofClient(await packagesLoadedBy(call, directory))).toContain("@modelcontextprotocol/client");
});
