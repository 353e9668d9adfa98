import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { trustServers } from "../src/index.ts";
import { directoryWith, start } from "./served.ts";

/** The program of a reference server, as it is published. */
function serverOf(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`@modelcontextprotocol/server-${name}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly bin: Readonly<Record<string, string>> };
  return join(dirname(manifest), Object.values(bin)[0]!);
}

/** Trusts a server, and starts it again. */
async function reference(name: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const directory = directoryWith({});
  const servers = { s: { command: process.execPath, args: [serverOf(name), ...args], env, connectSeconds: 60 } };
  const trusted = await trustServers({ directory, servers });
  return { ...(await start({ directory, servers })), trusted: trusted["s"]!, directory };
}

test("everything: all tools can be registered and return what they declare", async () => {
  const { call, trusted } = await reference("everything");
  expect(trusted.skipped).toEqual([]);
  expect(trusted.tools.length).toBeGreaterThan(8);
  expect(await call("s.echo", { message: "hello" })).toEqual({ text: "Echo: hello", blocks: [] });
  await expect(call("s.echo", { message: 5 })).rejects.toMatchObject({ code: "ICE_TOOL_ARGS" });
  expect(await call("s.get-structured-content", { location: "New York" })).toMatchObject({
    temperature: expect.any(Number) as number,
  });
  const image = (await call("s.get-tiny-image")) as { blocks: object[] };
  expect(image.blocks).toEqual([{ type: "image", mimeType: "image/png" }]);
});

test("filesystem: reads files and returns refusals", async () => {
  const folder = join(directoryWith({}), "data");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.txt"), "first");
  const { call, trusted } = await reference("filesystem", [folder]);
  expect(trusted.skipped).toEqual([]);
  expect(await call("s.read_text_file", { path: join(folder, "a.txt") })).toMatchObject({ content: "first" });
  await expect(call("s.read_text_file", { path: "/etc/passwd" })).rejects.toMatchObject({ code: "ICE_TOOL_FAILED" });
});

test("memory: keeps its data, in its own process", async () => {
  const { call, trusted } = await reference("memory", [], { MEMORY_FILE_PATH: join(directoryWith({}), "memory.json") });
  expect(trusted.skipped).toEqual([]);
  const entities = [{ name: "ice", entityType: "engine", observations: ["is cold"] }];
  expect(await call("s.create_entities", { entities })).toMatchObject({ entities });
  expect(await call("s.read_graph")).toMatchObject({ entities: [{ name: "ice" }] });
});
