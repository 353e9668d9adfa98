import type { ServerResponse } from "node:http";
import { createFakeClock, serveHttp } from "@ice/testing";
import { afterEach, expect, test, vi } from "vitest";
import { ask, formats, modelsOf, startProvider } from "./provider-server.ts";
import { wireFormats } from "./wire-formats.ts";

/** Faults of other frameworks, by their issues; `docs/decisions/0029-faults-of-peers.md` lists them all. */

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of open.splice(0)) await close();
});

test("openai-node#2153: a model may think for longer than 5 minutes, before and during its answer", async () => {
  const [first, second, ...rest] = wireFormats.chat({ chunks: ["good ", "morning"] });
  let held: ServerResponse | undefined;
  const server = await serveHttp((request, response) => {
    request.resume();
    held = response;
  });
  const clock = createFakeClock();
  const models = modelsOf({ ...server, format: "chat" } as never, { clock, limits: { idleSeconds: 900 } });
  open.push(server.close, models.close);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const think = async (): Promise<void> => {
    for (let minute = 0; minute < 12; minute += 1) {
      await clock.advance(60_000);
      await vi.advanceTimersByTimeAsync(60_000);
    }
  };
  const heard: string[] = [];
  const asked = ask(models, {}, { onText: (text) => heard.push(text) }).catch((error: unknown) => error);
  await expect.poll(() => held, { timeout: 20_000 }).toBeDefined();
  await think();
  held!.writeHead(200, { "content-type": "text/event-stream" }).write(`${first}${second}`);
  await expect.poll(() => heard, { timeout: 20_000 }).toEqual(["good "]);
  await think();
  held!.end(rest.join(""));
  expect(await asked).toMatchObject({ text: "good morning", finishReason: "stop" });
});

test.each(formats)("langfuse#10592: cached tokens are counted and charged once, %s", async (format) => {
  const server = await startProvider(format);
  const models = modelsOf(server, { prices: { "near/*": { input: 10, cachedInput: 1, output: 100 } } });
  open.push(server.close, models.close);
  server.script({ chunks: ["x"], usage: { input: 100, cached: 80, output: 10 } });
  const { usage } = await ask(models);
  expect(usage).toMatchObject({ inputTokens: 100, cachedInputTokens: 80, outputTokens: 10 });
  // 20 × $10 + 80 × $1 + 10 × $100, for a million each
  expect(models.describe("near/m")[0].cost!(usage as never)).toBeCloseTo(1280 / 1e6, 12);
});
