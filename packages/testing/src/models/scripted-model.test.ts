import type { ModelRequest } from "@ice/core";
import { describe, expect, test } from "vitest";
import { createFakeClock } from "../runtime/fake-clock.ts";
import { scriptedModel } from "./scripted-model.ts";

const request = (text: string, more: Partial<ModelRequest> = {}): ModelRequest => ({
  model: "p/m",
  messages: [{ role: "user", text }],
  ...more,
});

const options = (onText?: (text: string) => void) => ({ signal: new AbortController().signal, onText });

describe("a scripted model", () => {
  test("answers in order, in parts, and records the requests", async () => {
    const model = scriptedModel([{ text: "good morning 👋 all" }, { json: { b: 1 }, usage: { input: 7, cached: 3 } }]);
    const parts: string[] = [];
    const first = request("hello", { system: "be kind", maxTokens: 2 });
    expect(
      await model.generate(
        first,
        options((part) => parts.push(part)),
      ),
    ).toEqual({
      text: "good morning 👋 all",
      toolCalls: [],
      finishReason: "stop",
      usage: { inputTokens: 10, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 },
      warnings: [],
    });
    expect(parts).toEqual(["good mor", "ning 👋 a", "ll"]);
    expect(await model.generate(request("again"), options())).toMatchObject({
      text: '{"b":1}',
      usage: { inputTokens: 7, outputTokens: 5, cachedInputTokens: 3 },
    });
    expect(model.requests).toEqual([first, request("again")]);
    expect(() => model.assertFinished()).not.toThrow();
  });

  test.each<[unknown, string, string | undefined]>([
    [
      [{ text: "a" }, { txt: "b" }],
      "Reply 2 of the scripted model is not valid: unknown field `txt`.",
      'did you mean "text"?',
    ],
    [
      [{ toolCalls: [{ name: "a", arg: {} }] }],
      "Reply 1 of the scripted model is not valid: unknown field `arg`.",
      'did you mean "args"?',
    ],
    [["hello"], 'Reply 1 of the scripted model is not valid: must be an object, but is the string "hello".', undefined],
    [{ text: "a" }, "The replies of a scripted model are no list.", 'write scriptedModel([{ text: "…" }])'],
    [
      [{ when: "f(" }],
      "`when` of reply 1 of the scripted model: Invalid regular expression: /f(/s: Unterminated group.",
      undefined,
    ],
  ])("a mistake in the script is refused at once: %j", (replies, message, fix) => {
    expect(() => scriptedModel(replies as never)).toThrow(
      expect.objectContaining({ code: "ICE_USAGE", message, ...(fix !== undefined && { fix }) }),
    );
  });

  test("requests tool calls, with ids that are unique in the conversation", async () => {
    const model = scriptedModel([
      {
        text: "x",
        toolCalls: [
          { name: "a", args: { n: 1 } },
          { name: "b", rawArgs: '{"n": ' },
        ],
      },
      { toolCalls: [{ name: "a", id: "mine" }], usage: null },
    ]);
    expect(await model.generate(request("go"), options())).toMatchObject({
      finishReason: "tool-calls",
      toolCalls: [
        { id: "call_1_0", name: "a", arguments: '{"n":1}' },
        { id: "call_1_1", name: "b", arguments: '{"n": ' },
      ],
    });
    expect(await model.generate(request("go"), options())).toMatchObject({
      toolCalls: [{ id: "mine", name: "a", arguments: "{}" }],
      usage: {},
    });
  });

  test("a reply with `when` waits for a matching request, whichever part matches", async () => {
    const model = scriptedModel([
      { when: "forecast", text: "sunny" },
      { when: /TOOL/i, text: "from the result", times: 2 },
      { when: "you are a judge", text: "guilty" },
      { text: "anything", times: "always" },
    ]);
    const ask = async (asked: ModelRequest): Promise<string> => (await model.generate(asked, options())).text;
    expect(await ask(request("hello"))).toBe("anything");
    expect(await ask(request("x", { system: "you are a judge" }))).toBe("guilty");
    const result = { role: "tool", results: [{ callId: "c", name: "t", result: { said: "tool" } }] } as const;
    expect(await ask({ model: "p/m", messages: [result] })).toBe("from the result");
    expect(() => model.assertFinished()).toThrow(
      expect.objectContaining({
        code: "ICE_SCRIPT_MISMATCH",
        message:
          'The script has replies that no request has taken: {"text":"sunny"} when forecast, {"text":"from the result"} when /TOOL/i.',
      }),
    );
  });

  test("a request without a reply fails with its text, and is reported at the end even if the workflow continued", async () => {
    const model = scriptedModel([{ text: "one" }, { when: "never", text: "two" }]);
    await model.generate(request("first"), options());
    const failure = {
      code: "ICE_SCRIPT_MISMATCH",
      retryable: false,
      message:
        'The script has no reply for request 2, to p/m: "second". None of these matches: {"text":"two"} when never.',
    };
    await expect(model.generate(request("second"), options())).rejects.toMatchObject(failure);
    expect(() => model.assertFinished()).toThrow(expect.objectContaining(failure));
  });

  test.each([
    [401, "ICE_MODEL_AUTH", false],
    [404, "ICE_MODEL_REJECTED", false],
    [409, "ICE_MODEL_UNAVAILABLE", true],
    [429, "ICE_MODEL_RATE_LIMITED", true],
    [529, "ICE_MODEL_UNAVAILABLE", true],
  ])("HTTP %i is %s", async (status, code, retryable) => {
    const model = scriptedModel([{ status, headers: { "Retry-After": "2" }, body: { error: "no" } }]);
    await expect(model.generate(request("x"), options())).rejects.toMatchObject({
      code,
      retryable,
      retryAfterMs: retryable ? 2000 : undefined,
      details: { model: "p/m", status },
    });
  });

  test("a date in `retry-after` counts from the clock", async () => {
    const headers = { "retry-after": new Date(90_000).toUTCString() };
    const model = scriptedModel([{ status: 503, headers }], { clock: createFakeClock(60_000) });
    await expect(model.generate(request("x"), options())).rejects.toMatchObject({ retryAfterMs: 30_000 });
  });

  test("delays pass on the clock, and end with the signal", async () => {
    const clock = createFakeClock(0);
    const model = scriptedModel([{ chunks: ["a", "b"], delayMs: 100, chunkDelayMs: 10 }, { hang: true }], { clock });
    const parts: unknown[] = [];
    await clock.runUntil(
      model.generate(
        request("x"),
        options((part) => parts.push([clock.now(), part])),
      ),
    );
    expect([parts, clock.now()]).toEqual([
      [
        [100, "a"],
        [110, "b"],
      ],
      120,
    ]);
    const controller = new AbortController();
    const hanging = model.generate(request("y"), { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(hanging).rejects.toThrow("enough");
    expect(clock.pending).toBe(0);
  });

  test("an answer is cut off, or stalls, after some of its parts", async () => {
    const model = scriptedModel([
      { chunks: ["a", "b"], cutAfter: 1 },
      { text: "x", cutAfter: 1 },
      { text: "x", stall: 1 },
    ]);
    const parts: string[] = [];
    const cut = { code: "ICE_MODEL_UNAVAILABLE", retryable: true };
    await expect(
      model.generate(
        request("x"),
        options((part) => parts.push(part)),
      ),
    ).rejects.toMatchObject(cut);
    expect(parts).toEqual(["a"]);
    await expect(model.generate(request("x"), options())).rejects.toMatchObject(cut);
    const stalled = model.generate(request("x"), { signal: AbortSignal.timeout(20) });
    await expect(stalled).rejects.toThrow(expect.objectContaining({ name: "TimeoutError" }));
  });

  test("an alias is a chain; any other name is a model", () => {
    const model = scriptedModel([], { aliases: { fast: ["p/a", "q/b"] }, cost: () => 0.5 });
    expect(model.describe("fast").map(({ model: name }) => name)).toEqual(["p/a", "q/b"]);
    expect(model.describe("constructor")).toMatchObject([{ model: "constructor" }]);
    expect(model.describe("p/x")[0].cost!({} as never)).toBe(0.5);
  });
});
