import { serveHttp } from "@ice/testing";
import {
  createRuntime,
  defineAgent,
  definePlugin,
  defineTool,
  EgressClient,
  LanguageModelService,
  SecretService,
  type NodeInput,
  type RunOptions,
} from "@ice/core";
import type { SecretOptions } from "@ice/host";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../../src/index.ts";
import { call, scriptedModels } from "../models/scripted-models.ts";

const canary = "canary+0123/456789=abc";
const ask = defineTool({
  name: "ask",
  takesSecrets: true,
  args: z.object({ url: z.string(), headers: z.record(z.string(), z.string()).default({}), note: z.json().optional() }),
  async run({ url, headers }, { use }) {
    const { text, status } = await use(EgressClient).request(url, { headers, reach: "listed" });
    return { status, body: text };
  },
});
const plain = defineTool({
  name: "plain",
  args: z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }),
  run: ({ headers }) => headers,
});

interface Server {
  readonly host: string;
  /** The header `x-key` of each request. */
  readonly keys: unknown[];
}

async function serve(): Promise<Server> {
  const keys: unknown[] = [];
  const { host, close } = await serveHttp((request, response) => {
    keys.push(request.headers["x-key"]);
    response.end(JSON.stringify(request.headers));
  });
  onTestFinished(() => close());
  return { host, keys };
}

/** Starts ice with the secret `token`. */
async function start(secret: Partial<SecretOptions>, more: OrchestratorOptions = {}) {
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({
    runtime,
    env: { CANARY: canary, OTHER: "other-value" },
    secrets: { token: { env: "CANARY", ...secret } },
    tools: [ask as never, plain as never],
    ...more,
  });
  onTestFinished(() => close());
  return (nodes: readonly NodeInput[], inputs = {}, options: RunOptions = {}) =>
    new Workflow(nodes, { name: "w", runtime, inputs: { type: "object", properties: { text: {} } } }).execute(
      inputs,
      options,
    );
}

const asking = (host: string, headers: object | string, more: object = {}): NodeInput =>
  ({ id: "a", type: "tool", toolName: "ask", toolArgs: { url: `http://${host}/`, headers, ...more } }) as NodeInput;

describe("a secret in a blueprint", () => {
  test("goes to a listed host, within a text, again with each attempt, and is masked in what comes back", async () => {
    const { host, keys } = await serve();
    const run = await start({ hosts: [host] }, { allow: { http: [host] } });
    const { status, output } = await run([asking(host, { "x-key": "Bearer secret://token, secret://token", b: "1" })]);
    expect(status).toBe("completed");
    expect(keys).toEqual([`Bearer ${canary}, ${canary}`]);
    expect(JSON.parse((output as { a: { body: string } }).a.body)).toMatchObject({
      "x-key": "Bearer [secret:token], [secret:token]",
      b: "1",
    });
  });

  test.each<[string, Partial<SecretOptions>]>([
    ["another host", { hosts: ["api.example.com"] }],
    ["another port", { hosts: ["127.0.0.1:1"] }],
    ["no host", {}],
    ["another tenant", { hosts: ["*"], tenants: ["other"] }],
  ])("does not go anywhere for %s", async (_, secret) => {
    const { host, keys } = await serve();
    const run = await start(secret, { allow: { http: [host] } });
    const node = { ...asking(host, { "x-key": "secret://token" }), retryPolicy: { maxAttempts: 3, backoffSeconds: 0 } };
    const { error, nodes } = await run([node as NodeInput]);
    expect(error).toMatchObject({ code: "ICE_SECRET_DENIED", path: "a" });
    expect([nodes["a"]!.attempts, keys]).toEqual([1, []]);
  });

  test("is for the tenants that the owner lists", async () => {
    const { host, keys } = await serve();
    const run = await start({ hosts: [host], tenants: ["other"] }, { allow: { http: [host] } });
    const loop = { id: "l", type: "loop", itemsSource: "[1]", body: [asking(host, { "x-key": "secret://token" })] };
    expect((await run([loop as NodeInput], {}, { tenant: "other" })).status).toBe("completed");
    expect((await run([loop as NodeInput])).error?.code).toBe("ICE_SECRET_DENIED");
    expect(keys).toEqual([canary]);
  });

  test("is denied where its host may not be reached at all, and never follows a redirect", async () => {
    const { host, keys } = await serve();
    const run = await start({ hosts: ["*"] });
    const { error } = await run([asking(host, { "x-key": "secret://token" })]);
    expect([error?.code, keys]).toEqual(["ICE_EGRESS_DENIED", []]);
    const redirects = await serveHttp((_, response) => response.writeHead(307, { location: `http://${host}/` }).end());
    onTestFinished(() => redirects.close());
    const on = await start({ hosts: ["*"] }, { allow: { http: [host, redirects.host] } });
    await on([asking(redirects.host, { "x-key": "secret://token" })]);
    expect(keys).toEqual([undefined]);
  });

  test("is text where a template, an input, a model, an agent or code brings it, or a tool takes none", async () => {
    const { host, keys } = await serve();
    const args = { url: `http://${host}/`, headers: { "x-key": "secret://token" } };
    const models = scriptedModels([{ toolCalls: [call("ask", args)] }, { text: "done" }]);
    const run = await start(
      { hosts: [host] },
      {
        allow: { http: [host] },
        sandbox: { workers: 1 },
        agents: [defineAgent({ name: "f", tools: ["ask"], run: ({ callTool }) => callTool("ask", args) })],
        plugins: [
          definePlugin({ name: "m", apiVersion: 1, setup: (on) => on.provide(LanguageModelService, models) })(),
        ],
      },
    );
    const nodes = [
      asking(host, { "x-key": "{{ inputs.text }}" }),
      { ...asking(host, "{{ {'x-key': inputs.text} }}"), id: "b" },
      { ...asking(host, { "x-key": "{{ 'secret:' + '//token' }}" }), id: "c" },
      { id: "d", type: "agent", model: "x/m", tools: ["ask"], input: "go" },
      { id: "e", type: "agent", package: "f", input: 1 },
      {
        id: "f",
        type: "code",
        language: "javascript",
        code: `return await tools.call("ask", ${JSON.stringify(args)});`,
        grants: { tools: ["ask"] },
      },
      { id: "g", type: "tool", toolName: "plain", toolArgs: args },
    ] as NodeInput[];
    const { status, output } = await run(nodes, { text: "secret://token" });
    expect(status).toBe("completed");
    expect(keys).toEqual(Array.from({ length: 6 }, () => "secret://token"));
    expect(output["g"]).toEqual({ "x-key": "secret://token" });
  });

  test("has no value: nothing is sent", async () => {
    const { host, keys } = await serve();
    const run = await start({ env: "MISSING", hosts: ["*"] }, { allow: { http: [host] } });
    const { error } = await run([asking(host, { "x-key": "secret://token" })]);
    expect(error).toMatchObject({ code: "ICE_SECRET_UNKNOWN", fix: "set the environment variable MISSING" });
    expect(keys).toEqual([]);
  });

  test.each<[object, string, string, string]>([
    [{ a: "secret://tokn" }, "ICE_SECRET_UNKNOWN", "/nodes/0/toolArgs/headers/a", 'did you mean "token"?'],
    [{ a: "secret://OTHER" }, "ICE_SECRET_UNKNOWN", "/nodes/0/toolArgs/headers/a", "declare it"],
    [{ a: "secret://" }, "ICE_SECRET_UNKNOWN", "/nodes/0/toolArgs/headers/a", "declare it"],
    [{ a: "1", "b/c": "secret://toString" }, "ICE_SECRET_UNKNOWN", "/nodes/0/toolArgs/headers/b~1c", "declare it"],
    [{ a: "secret://token {{ inputs.text }}" }, "ICE_SECRET_DENIED", "/nodes/0/toolArgs/headers/a", "of its own"],
    [{ a: "secret://{{ inputs.text }}" }, "ICE_SECRET_DENIED", "/nodes/0/toolArgs/headers/a", "of its own"],
  ])("is checked before anything runs: %j", async (headers, code, pointer, fix) => {
    const run = await start({ hosts: ["*"] });
    await expect(async () => run([asking("127.0.0.1:1", headers)])).rejects.toMatchObject({
      code: "ICE_BLUEPRINT_INVALID",
      details: {
        issues: [expect.objectContaining({ code, path: pointer, fix: expect.stringContaining(fix) as string })],
      },
    });
  });
});

test("an application may bring a service of its own, and declares no secrets then", async () => {
  const { host, keys } = await serve();
  const runtime = createRuntime();
  const own: SecretService = {
    names: ["token"],
    active: false,
    resolve: () => canary,
    fill: () => canary,
    fillFor: (text, { url, tenant }) => `${text} ${url} ${tenant}`,
    fixFor: () => "",
    missing: () => [],
    scrub: (text) => text,
    scrubParts: () => ({ add: (part) => part, end: () => "" }),
  };
  runtime.provide(SecretService, own);
  await expect(initializeOrchestrator({ runtime, secrets: {} })).rejects.toMatchObject({
    code: "ICE_SERVICE_DUPLICATE",
  });
  const { close } = await initializeOrchestrator({ runtime, tools: [ask as never], allow: { http: [host] } });
  onTestFinished(() => close());
  await new Workflow([asking(host, { "x-key": "secret://token" })], { name: "w", runtime }).execute({});
  expect(keys).toEqual([`secret://token http://${host}/ default`]);
});
