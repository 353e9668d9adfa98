import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeClock } from "@ice/testing";
import type { LanguageModels } from "../src/index.ts";
import { ask, formats, key, modelsOf, startProvider, type Fault, type ProviderServer } from "./provider-server.ts";

const refusal = (message: string) => JSON.stringify({ error: { message, type: "api_error" } });

describe.each(formats)("%s", (format) => {
  let server: ProviderServer;
  let models: LanguageModels;
  beforeEach(async () => {
    server = await startProvider(format);
    models = modelsOf(server, { limits: { textBytes: 20_000, requestBytes: 50_000 } });
  });
  afterEach(async () => {
    await models.close();
    await server.close();
  });

  test.each([
    [400, "ICE_MODEL_REJECTED", false],
    [401, "ICE_MODEL_AUTH", false],
    [403, "ICE_MODEL_AUTH", false],
    [404, "ICE_MODEL_REJECTED", false],
    [408, "ICE_MODEL_UNAVAILABLE", true],
    [429, "ICE_MODEL_RATE_LIMITED", true],
    [500, "ICE_MODEL_UNAVAILABLE", true],
    [529, "ICE_MODEL_UNAVAILABLE", true],
  ] as const)("status %i is %s", async (status, code, retryable) => {
    server.script({ status, body: refusal(`who are you, ${key}?`) });
    const error = await failure(ask(models));
    expect(error).toMatchObject({ code, retryable, details: { model: "near/m", status } });
    expect(error.message).toMatch(/: who are you, …\?$/);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [{ "retry-after-ms": "1500", "retry-after": "60" }, 1500],
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": new Date(1_000_000_007_000).toUTCString() }, 7000],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ] as const)("429 with %j waits %s ms", async (headers, ms) => {
    const clock = createFakeClock(1_000_000_000_000);
    await models.close();
    models = modelsOf(server, { clock });
    server.script({ status: 429, headers, body: refusal("slow down") });
    const error = await failure(ask(models));
    expect(error.retryAfterMs).toBe(ms);
  });

  test.each<[string, Fault, string]>([
    [
      "a page instead of an answer",
      { headers: { "content-type": "text/html" }, body: "<html><title>Sign in</title></html>" },
      "ICE_MODEL_ANSWER_INVALID",
    ],
    [
      "a page as a refusal",
      { status: 502, headers: { "content-type": "text/html" }, body: "<html><h1>Bad gateway</h1></html>" },
      "ICE_MODEL_UNAVAILABLE",
    ],
    ["an empty answer", { body: "", headers: { "content-type": "text/event-stream" } }, "ICE_MODEL_ANSWER_INVALID"],
    [
      "broken JSON",
      { body: "data: {broken\n\n", headers: { "content-type": "text/event-stream" } },
      "ICE_MODEL_ANSWER_INVALID",
    ],
    [
      "another format",
      { body: `data: {"hello":"world"}\n\n`, headers: { "content-type": "text/event-stream" } },
      "ICE_MODEL_ANSWER_INVALID",
    ],
    ["an answer without end", { chunks: ["a", "b", "c", "d", "e"], endAfter: 4 }, "ICE_MODEL_ANSWER_INVALID"],
    ["a cut after some text", { chunks: ["a", "b", "c", "d", "e"], cutAfter: 4 }, "ICE_MODEL_UNAVAILABLE"],
    ["a cut before any text", { chunks: ["a"], cutAfter: 0 }, "ICE_MODEL_UNAVAILABLE"],
  ])("%s", async (_, fault, code) => {
    server.script(fault);
    const error = await failure(ask(models, { messages: [{ role: "user", text: "the secret prompt" }] }));
    expect(error).toMatchObject({ code, retryable: true });
    for (let part: unknown = error; part instanceof Error; part = part.cause) {
      const everything = JSON.stringify(
        Object.getOwnPropertyNames(part).map((name) => String(Reflect.get(part as object, name))),
      );
      expect(everything).not.toContain("the secret prompt");
      expect(everything).not.toContain(key);
      expect(part.message.length).toBeLessThan(700);
    }
  });

  test("a flood is stopped", async () => {
    server.script({ floods: true });
    await expect(ask(models)).rejects.toMatchObject({
      code: "ICE_MODEL_LIMIT",
      retryable: false,
      fix: expect.any(String),
    });
    await expect.poll(() => server.requests[0]!.closedEarlyMs).toBeDefined();
  });

  test("an endless line is stopped", async () => {
    server.script({ body: `data: {"x":"${"y".repeat(2_000_000)}`, headers: { "content-type": "text/event-stream" } });
    await expect(ask(models)).rejects.toMatchObject({ code: "ICE_MODEL_LIMIT" });
  });

  test("a request that is too large is not sent", async () => {
    await expect(ask(models, { system: "x".repeat(50_000) })).rejects.toMatchObject({ code: "ICE_MODEL_LIMIT" });
    expect(server.requests).toEqual([]);
  });

  test.each([0, 3])("silence after %i events ends the request", async (stallAfter) => {
    const clock = createFakeClock();
    await models.close();
    models = modelsOf(server, { clock, limits: { idleSeconds: 7 } });
    server.script({ chunks: ["a", "b", "c"], stallAfter });
    let heard = 0;
    const asked = failure(ask(models, {}, { onText: () => void (heard += 1) }));
    await expect.poll(() => server.requests.length).toBe(1);
    if (stallAfter > 0) await expect.poll(() => heard).toBeGreaterThan(0);
    await expect.poll(async () => (await clock.advance(7000), server.requests[0]!.closedEarlyMs)).toBeDefined();
    expect(await asked).toMatchObject({
      code: "ICE_MODEL_UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining("7 s"),
    });
  });

  test("a redirect is refused, and the key is not sent to it", async () => {
    const other = await startProvider(format);
    try {
      for (const status of [301, 302, 307, 308]) {
        server.script({ status, headers: { location: `http://${other.host}/v1/take-it` } });
        await expect(ask(models)).rejects.toMatchObject({
          code: "ICE_MODEL_REJECTED",
          retryable: false,
          details: { status },
        });
      }
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test.each([
    ["before headers", 0],
    ["in the middle", 3],
  ] as const)("an abort %s closes the connection at once", async (_, stallAfter) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    server.script({ chunks: ["a", "b", "c"], stallAfter });
    let heard = 0;
    const asked = failure(ask(models, {}, { signal: controller.signal, onText: () => void (heard += 1) }));
    await expect.poll(() => server.requests.length).toBe(1);
    if (stallAfter > 0) await expect.poll(() => heard).toBeGreaterThan(0);
    const abortedMs = Date.now();
    controller.abort(reason);
    expect(await asked).toBe(reason);
    await expect.poll(() => server.requests[0]!.closedEarlyMs, { interval: 1 }).toBeDefined();
    expect(server.requests[0]!.closedEarlyMs! - abortedMs).toBeLessThan(
      50 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1),
    );
  });

  test("nothing is sent if the signal is already aborted", async () => {
    await expect(ask(models, {}, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
    expect(server.requests).toEqual([]);
  });

  test("no server is listening", async () => {
    await server.close();
    await expect(ask(models)).rejects.toMatchObject({
      code: "ICE_MODEL_UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});

async function failure(promise: Promise<unknown>): Promise<Error & { readonly retryAfterMs?: number }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}
