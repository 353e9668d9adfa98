import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cassette, type CassetteMode } from "@ice/testing";
import { expect, test } from "vitest";
import { trustServers, type McpPluginOptions } from "../src/index.ts";
import { callsOf, directoryWith, scripted, start, text, type Started } from "./served.ts";

const canary = "canary-of-the-server/0123456789";
const tools = [
  { name: "count", result: text("%count%") },
  {
    name: "sum",
    inputSchema: { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
    outputSchema: { type: "object", properties: { n: { type: "number" }, unit: { default: "kg" } }, required: ["n"] },
    result: { content: [], structuredContent: { n: 3 } },
  },
  { name: "env", result: text("%env%") },
  { name: "refuse", result: { ...text(`no row for ${canary}`), isError: true } },
];
const withToken = { env: { TOKEN: "secret://TOKEN" } };

/** Trusts the server "s", uses it as it is recorded, and writes the cassette. */
async function recorded<Result>(use: (server: Started) => Promise<Result>) {
  const directory = directoryWith({ "script.json": { tools } });
  const env = { PATH: process.env["PATH"], TOKEN: canary };
  const options = { directory, env, servers: { s: scripted("script.json", withToken) } };
  await trustServers(options);
  const { result, file } = await onCassette("record", options, use);
  return { directory, result, file };
}

/** Replays a cassette where the server cannot start, and has no secret. */
const replayed = <Result>(directory: string, use: (server: Started) => Promise<Result>) =>
  onCassette("replay", { directory, env: {}, servers: { s: { command: "ice-no-such-program", ...withToken } } }, use);

async function onCassette<Result>(
  mode: CassetteMode,
  options: McpPluginOptions & { readonly directory: string },
  use: (server: Started) => Promise<Result>,
) {
  const file = join(options.directory, "tape.json");
  const tape = await cassette(file, mode, { env: {} });
  const server = await start(options, (plugin) => tape.plugin(plugin));
  const result = await use(server);
  await server.close();
  await tape.close();
  return { result, file, events: server.events };
}

test("calls of a server are recorded, and replayed without it, its program and its secrets", async () => {
  const traffic = async ({ call }: Started) => ({
    counts: [await call("s.count"), await call("s.count")],
    sum: await call("s.sum", { a: 2 }),
    env: (await call("s.env")) as { text: string },
    refused: await call("s.refuse").catch(({ code, message, fix, retryable }) => ({ code, message, fix, retryable })),
  });
  const { directory, result, file } = await recorded(traffic);
  expect(result).toMatchObject({
    counts: [
      { text: "1", blocks: [] },
      { text: "2", blocks: [] },
    ],
    sum: { n: 3, unit: "kg" },
    refused: { code: "ICE_TOOL_FAILED", message: 'The tool "s.refuse" failed: no row for [secret:TOKEN]' },
  });
  expect(JSON.parse(result.env.text)).toMatchObject({ TOKEN: "[secret:TOKEN]" });
  const calls = callsOf(directory);
  expect(calls).toBe(5);

  const content = readFileSync(file, "utf8");
  expect(content).not.toMatch(/canary|0123456789/);
  expect((JSON.parse(content) as { interactions: unknown[] }).interactions).toHaveLength(5);

  const again = await replayed(directory, traffic);
  expect(again.result).toEqual(result);
  expect(again.events).toEqual([]);
  expect(callsOf(directory)).toBe(calls);
});

test("a call that is not on the cassette fails, and says what differs", async () => {
  const { directory } = await recorded(({ call }) => call("s.sum", { a: 2 }));
  const { result } = await replayed(directory, ({ call }) => call("s.sum", { a: 3 }).catch((error: unknown) => error));
  expect(result).toMatchObject({
    code: "ICE_CASSETTE_MISS",
    message: expect.stringContaining(
      "no answer for this tool call: the nearest one differs in args.a: 2 was recorded, 3 is requested.",
    ),
  });
});

test("a server that dies is recorded as it failed", async () => {
  const dying = { name: "die", act: { exit: 9 } };
  const directory = directoryWith({ "script.json": { tools: [dying] } });
  const options = { directory, env: { PATH: process.env["PATH"] }, servers: { s: scripted() } };
  await trustServers(options);
  const failure = { code: "ICE_MCP_UNAVAILABLE", retryable: true, message: expect.stringContaining("the code 9") };
  const use = ({ call }: Started) => call("s.die").catch((error: unknown) => error);
  expect((await onCassette("record", options, use)).result).toMatchObject(failure);
  expect((await replayed(directory, use)).result).toMatchObject(failure);
});
