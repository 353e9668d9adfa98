import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { RegisteredBlueprint } from "@ice/core";
import { createApi, startServer } from "../src/index.ts";
import { echo, serve } from "./serve.ts";

/** What the scenarios call. */
const workflows: RegisteredBlueprint[] = [
  {
    name: "test_simple_text",
    nodes: [echo("text", { text: "This is a simple text response for testing." })],
    outputs: { text: "{{ nodes.text.text }}" },
  },
  {
    name: "test_error_handling",
    nodes: [
      {
        id: "a",
        type: "tool",
        toolName: "fail",
        toolArgs: { message: "This tool intentionally returns an error for testing" },
      },
    ],
  },
  {
    name: "test_tool_with_progress",
    nodes: [echo("a"), echo("b", {}, { dependencies: ["a"] }), echo("c", {}, { dependencies: ["b"] })],
  },
  {
    name: "json_schema_2020_12_tool",
    inputs: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      $defs: { address: { type: "object", properties: { street: { type: "string" }, city: { type: "string" } } } },
      properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } },
      additionalProperties: false,
    },
    nodes: [echo("a")],
  },
];

test(
  "the conformance suite of the protocol passes, except for what the server does not offer",
  { timeout: 60_000 },
  async () => {
    const served = await serve({ workflows });
    const api = createApi(served.runtime);
    // The suite sends no token.
    const withToken = (request: Request): Request => {
      const headers = new Headers(request.headers);
      headers.set("authorization", `Bearer ${served.token}`);
      const { url, method, body, signal } = request;
      return new Request(url, { method, headers, body, signal, ...(body && { duplex: "half" }) });
    };
    const server = await startServer({ fetch: (request, env) => api.fetch(withToken(request), env) }, { port: 0 });
    const output = mkdtempSync(join(tmpdir(), "ice-conformance-"));
    onTestFinished(async () => {
      rmSync(output, { recursive: true, force: true });
      api.close();
      await Promise.all([server.close(), served.close()]);
    });
    const kit = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json");
    const expected = join(import.meta.dirname, "mcp-conformance.yaml");
    const child = spawn(
      process.execPath,
      [
        join(dirname(kit), "dist/index.js"),
        "server",
        "--suite",
        "all",
        "--url",
        `${server.url}/mcp`,
        "--expected-failures",
        expected,
        "--output-dir",
        output,
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    const [code] = (await once(child, "close")) as [number | null];
    expect(code, text).toBe(0);
    const passed = [...text.matchAll(/^✓ ([\w-]+): [1-9]/gm)].map(([, name]) => name);
    expect(passed).toEqual([
      "server-initialize",
      "ping",
      "tools-list",
      "tools-call-simple-text",
      "tools-call-error",
      "tools-call-with-progress",
      "json-schema-2020-12",
      "dns-rebinding-protection",
    ]);
  },
);
