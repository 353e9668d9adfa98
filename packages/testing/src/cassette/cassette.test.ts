import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  defineTool,
  EgressClient,
  IceError,
  LanguageModelService,
  type EgressResponse,
  type ModelRequest,
  type PluginHost,
  type ToolDefinition,
} from "@ice/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { scriptedModel } from "../models/scripted-model.ts";
import { cassette } from "./cassette.ts";

const canary = "sk-canary/0123+456=789";

async function file(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ice-cassette-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "deep/answers.json");
}

const request = (text: string, more: Partial<ModelRequest> = {}): ModelRequest => ({
  model: "p/m",
  messages: [{ role: "user", text }],
  ...more,
});
const options = { signal: new AbortController().signal };
const answering = (respond: (url: string) => Partial<EgressResponse>): EgressClient => ({
  request: async (url) => ({ status: 200, headers: {}, text: "", ...respond(url) }),
  close: async () => {},
});
const call = (tool: ToolDefinition, args: object): unknown => tool.run(args, options as never);

describe("models", () => {
  test("recorded answers are replayed without the model, the nth request with the nth answer", async () => {
    const path = await file();
    const live = scriptedModel([{ text: "one" }, { text: "other", toolCalls: [{ name: "t" }] }, { text: "two" }]);
    const recording = await cassette(path, "record");
    const recorded = recording.models(live);
    for (const text of ["a", "b", "a"]) await recorded.generate(request(text), options);
    await recording.close();

    const models = (await cassette(path)).models();
    const heard: string[] = [];
    const ask = (text: string) => models.generate(request(text), { ...options, onText: (part) => heard.push(part) });
    expect(await ask("b")).toMatchObject({
      text: "other",
      toolCalls: [{ id: "call_2_0", name: "t", arguments: "{}" }],
    });
    expect([(await ask("a")).text, (await ask("a")).text]).toEqual(["one", "two"]);
    expect(heard).toEqual(["other", "one", "two"]);
    await expect(ask("a")).rejects.toMatchObject({
      code: "ICE_CASSETTE_MISS",
      message: expect.stringContaining("it is made for the 3rd time, which was not recorded"),
    });
  });

  test("the error for an unrecorded request names the differences from the nearest one", async () => {
    const path = await file();
    const recording = await cassette(path, "record");
    const models = recording.models(scriptedModel([{ times: "always" }]));
    const system = "You are a careful reader of documents.";
    await models.generate(request("far away", { system: "x", temperature: 0.1 }), options);
    await models.generate(request("near", { system, temperature: 0.5 }), options);
    await recording.close();
    const replayed = (await cassette(path)).models();
    const asked = request("near", { system: system.replace("reader", "writer"), maxTokens: 5, temperature: 0.5 });
    await expect(replayed.generate(asked, options)).rejects.toMatchObject({
      code: "ICE_CASSETTE_MISS",
      retryable: false,
      message: `The cassette "${path}" has no answer for this model request: the nearest one differs in system: "You are a careful reader of documents." was recorded, "You are a careful writer of documents." is requested; maxTokens: nothing was recorded, 5 is requested.`,
    });
  });

  test("errors are replayed, aborted requests are not", async () => {
    const path = await file();
    const recording = await cassette(path, "record");
    const models = recording.models(scriptedModel([{ status: 429, headers: { "retry-after": "3" } }, { hang: true }]));
    await expect(models.generate(request("a"), options)).rejects.toThrow();
    await expect(models.generate(request("b"), { signal: AbortSignal.timeout(5) })).rejects.toThrow();
    await recording.close();
    const replayed = (await cassette(path)).models();
    const error = await replayed.generate(request("a"), options).catch((thrown: unknown) => thrown);
    expect(IceError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: "ICE_MODEL_RATE_LIMITED", retryable: true, retryAfterMs: 3000 });
    await expect(replayed.generate(request("b"), options)).rejects.toMatchObject({ code: "ICE_CASSETTE_MISS" });
  });

  test("a request that was aborted counts as no use of it", async () => {
    const path = await file();
    const recording = await cassette(path, "auto");
    const live = scriptedModel([{ text: "one" }, { hang: true }, { text: "two" }]);
    const models = recording.models(live);
    expect((await models.generate(request("a"), options)).text).toBe("one");
    await expect(models.generate(request("a"), { signal: AbortSignal.timeout(5) })).rejects.toThrow("timeout");
    expect((await models.generate(request("a"), options)).text).toBe("two");
    await recording.close();
    const replayed = (await cassette(path)).models();
    const ask = async () => (await replayed.generate(request("a"), options)).text;
    expect([await ask(), await ask()]).toEqual(["one", "two"]);
  });

  test("an alias resolves to the recorded models, whichever providers have a key now", async () => {
    const path = await file();
    const recording = await cassette(path, "record");
    const models = recording.models(scriptedModel([{ text: "x" }], { aliases: { fast: ["p/m", "q/n"] } }));
    const [{ model }] = models.describe("fast");
    await models.generate(request("a", { model }), options);
    await recording.close();
    const keyless = scriptedModel([], { aliases: { fast: ["mock/echo"] } });
    const missing = { message: "no key", fix: "set it" };
    const live = { ...keyless, describe: (name: string) => [{ ...keyless.describe(name)[0], missing }] as const };
    const replayed = (await cassette(path)).models(live);
    expect(replayed.describe("fast")).toEqual([{ model: "p/m" }, { model: "q/n" }]);
    expect(replayed.describe("p/m")[0]).not.toHaveProperty("missing");
  });

  test("`auto` replays what is recorded and adds the rest", async () => {
    const path = await file();
    const first = await cassette(path, "auto");
    await first.models(scriptedModel([{ text: "one" }])).generate(request("a"), options);
    await first.close();
    const second = await cassette(path, "auto");
    const live = scriptedModel([{ text: "two" }]);
    const models = second.models(live);
    expect([
      (await models.generate(request("a"), options)).text,
      (await models.generate(request("b"), options)).text,
    ]).toEqual(["one", "two"]);
    await second.close();
    live.assertFinished();
    const third = (await cassette(path)).models();
    expect((await third.generate(request("b"), options)).text).toBe("two");
  });
});

describe("the file", () => {
  test("is the same for the same traffic in another order", async () => {
    const record = async (texts: readonly string[]): Promise<string> => {
      const path = await file();
      const recording = await cassette(path, "record");
      const models = recording.models(scriptedModel(texts.map((text) => ({ when: text, text: `re ${text}` }))));
      await Promise.all(texts.map((text) => models.generate(request(text), options)));
      await recording.close();
      return readFile(path, "utf8");
    };
    const content = await record(["alpha", "beta", "gamma"]);
    expect(await record(["gamma", "alpha", "beta"])).toBe(content);
    expect(content).toMatch(/^\{\n {2}"version": 1,\n[^]*\}\n$/);
    expect((JSON.parse(content) as { interactions: unknown[] }).interactions).toHaveLength(3);
  });

  test("that could not be written is written by the next close", async () => {
    const path = await file();
    const recording = await cassette(path, "record");
    await recording.models(scriptedModel([{ text: "one" }])).generate(request("a"), options);
    await mkdir(path, { recursive: true });
    await expect(recording.close()).rejects.toThrow();
    await rm(path, { recursive: true });
    await recording.close();
    expect((await (await cassette(path)).models().generate(request("a"), options)).text).toBe("one");
  });

  test("that is missing or not a cassette is refused", async () => {
    const path = await file();
    await expect(cassette(path)).rejects.toMatchObject({ code: "ICE_CASSETTE_MISS" });
    await (await cassette(path, "auto")).close();
    await (await cassette(path, "record")).close();
    await writeFile(path, '{"version": 2}');
    await expect(cassette(path, "auto")).rejects.toMatchObject({ code: "ICE_CASSETTE_INVALID" });
    await writeFile(path, "{");
    await expect(cassette(path)).rejects.toMatchObject({ code: "ICE_CASSETTE_INVALID" });
  });

  test("contains no secret in any form, wherever it came from, and is replayed without it", async () => {
    const path = await file();
    const recording = await cassette(path, "record", { secrets: [canary], env: { OTHER_API_KEY: "other-canary-99" } });
    const base64 = Buffer.from(`user:${canary}`).toString("base64");
    const url = `https://user:${encodeURIComponent(canary)}@x.example/a?key=${encodeURIComponent(canary)}&page=2`;
    const headers = { Authorization: `Basic ${base64}`, "X-Odd": canary, Accept: "text/plain" };
    const text = JSON.stringify({ echoed: [canary, base64], token: "in the body", other: "other-canary-99" });
    const egress = recording.egress(
      answering(() => ({ text, headers: { "set-cookie": canary, "content-type": "application/json" } })),
    );
    expect((await egress.request(url, { method: "POST", headers, body: canary })).text).toBe(text);
    const failing = answering(() => {
      throw new IceError("ICE_EGRESS_FAILED", `no ${canary}`, { details: { url, base64 } });
    });
    await expect(recording.egress(failing).request("https://y.example/")).rejects.toThrow();
    const said = { text: `your key is ${canary}`, toolCalls: [{ name: "t", args: { canary } }] };
    const live = scriptedModel([said]);
    const asked = request(canary, { system: encodeURIComponent(canary), options: { canary: base64 } });
    await recording.models(live).generate(asked, options);
    const tool = defineTool({ name: "t", args: z.object({ apiKey: z.string() }), run: () => ({ canary, base64 }) });
    await call(recording.tool(tool as unknown as ToolDefinition), { apiKey: "typed in the blueprint" });
    await recording.close();

    const content = await readFile(path, "utf8");
    for (const hidden of [
      "canary-",
      "canary/",
      "0123",
      "in the body",
      "other-canary",
      "typed in",
      "Basic",
      "uthorization",
      "cookie",
    ])
      expect(content).not.toContain(hidden);
    for (const [, coded = ""] of content.matchAll(/"([A-Za-z0-9+/_=-]{8,})"/g))
      expect(Buffer.from(coded, "base64").toString()).not.toContain("canary");

    const replayed = (await cassette(path, "replay", { env: {} })).egress();
    const sent = { method: "POST", headers: { accept: "text/plain" }, body: "[removed]" };
    const again = await replayed.request("https://x:y@x.example/a?key=none&page=2", sent);
    expect(again).toEqual({
      status: 200,
      headers: { "content-type": "application/json" },
      text:
        '{"echoed":["[removed]",' +
        JSON.stringify(JSON.parse(content).interactions[0].answer.json.echoed[1]) +
        '],"other":"[removed]","token":"[removed]"}',
    });
  });
});

test("HTTP bodies are recorded unchanged, with the selected headers", async () => {
  const path = await file();
  const recording = await cassette(path, "record", { headers: ["X-Total"] });
  const texts = ["plain", '{"b": 1}', '{"b":1,"a":[]}', ""];
  const live = answering((url) => ({
    status: 201,
    text: texts[Number(url.at(-1))]!,
    headers: { "x-total": "4", date: "now" },
  }));
  const ask = (client: EgressClient) => Promise.all(texts.map((_, n) => client.request(`https://x.example/${n}`)));
  const recorded = await ask(recording.egress(live));
  await recording.close();
  const replayed = await ask((await cassette(path, "replay", { headers: ["x-total"] })).egress());
  expect(recorded.map(({ headers }) => headers)).toEqual(texts.map(() => ({ "x-total": "4", date: "now" })));
  expect(replayed).toEqual(
    ["plain", '{"b": 1}', '{"a":[],"b":1}', ""].map((text) => ({ status: 201, text, headers: { "x-total": "4" } })),
  );
});

test("the models, HTTP and tools that a plugin registers are recorded; the rest is unchanged", async () => {
  const path = await file();
  const calls: unknown[] = [];
  const add = defineTool({
    name: "s.add",
    args: z.object({ a: z.number() }),
    run: ({ a }) => {
      calls.push(a);
      if (a < 0) throw new Error("negative owner-secret");
      return { sum: a + 1 };
    },
  });
  const provided = new Map<string, unknown>();
  const tools: ToolDefinition[] = [];
  const host = {
    use: () => ({ scrub: (text: string) => text.replaceAll("owner-secret", "[secret:S]") }),
    provide: ({ name }: { name: string }, service: unknown) => provided.set(name, service),
    registerTool: (tool: ToolDefinition) => tools.push(tool),
  } as unknown as PluginHost;
  const other = { anything: true };
  const plugin = {
    name: "server",
    apiVersion: 1,
    needs: [],
    setup(inner: PluginHost) {
      inner.registerTool(add);
      inner.provide(LanguageModelService, scriptedModel([{ text: "hi" }]));
      inner.provide(
        EgressClient,
        answering(() => ({ text: "page" })),
      );
      inner.provide({ name: "other" }, other);
    },
  };
  const recording = await cassette(path, "record");
  await recording.plugin(plugin).setup(host);
  expect(provided.get("other")).toBe(other);
  const traffic = async (): Promise<unknown[]> => [
    await call(tools.at(-1)!, { a: 1 }),
    await Promise.resolve(call(tools.at(-1)!, { a: -1 })).catch((error: Error) => error.message),
    await (provided.get("languageModelService") as LanguageModelService).generate(request("x"), options),
    await (provided.get("egressClient") as EgressClient).request("https://x.example/"),
  ];
  const live = await traffic();
  await recording.close();
  expect(await readFile(path, "utf8")).not.toContain("owner-secret");
  await (await cassette(path)).plugin(plugin).setup(host);
  expect(await traffic()).toEqual(live.with(1, "negative [secret:S]"));
  expect([calls, live.slice(0, 2)]).toEqual([
    [1, -1],
    [{ sum: 2 }, "negative owner-secret"],
  ]);
  expect(tools.at(-1)).toMatchObject({ name: "s.add", sideEffects: "external", args: add.args });
});

test("headers of a tool that takes secrets are not recorded", async () => {
  const path = await file();
  const recording = await cassette(path, "record");
  const args = z.object({ url: z.string(), headers: z.record(z.string(), z.string()) });
  const get = defineTool({ name: "get", args, takesSecrets: true, run: ({ url }) => url });
  await call(recording.tool(get), { url: "https://x.example/", headers: { "X-Odd": canary } });
  await recording.close();
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({
    interactions: [{ request: { tool: "get", args: { url: "https://x.example/" } }, answer: "https://x.example/" }],
  });
  expect(await readFile(path, "utf8")).not.toContain("X-Odd");
});

test("a mode that does not exist is refused", async () => {
  await expect(cassette("answers.json", "reply" as never)).rejects.toMatchObject({
    code: "ICE_USAGE",
    message: 'The mode of the cassette "answers.json" is "reply".',
    fix: "use one of replay, auto, record",
  });
});
