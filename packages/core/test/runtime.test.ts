import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import {
  createEventBus,
  createRuntime,
  defaultRuntime,
  defineAgent,
  definePlugin,
  defineTool,
  errorCodes,
  IceError,
  isRetryable,
  messageOf,
  registerNode,
  retryDelayMs,
  retryPolicySchema,
  serviceKey,
  type RunEvent,
} from "../src/index.ts";
import { suggest } from "../src/internal.ts";

const event = (type: string) => ({ type, runId: "r", seq: 1, at: 0, data: {} }) as RunEvent;
afterEach(() => vi.restoreAllMocks());

test("a service is found by its typed key; duplicate, missing and late services are errors with a fix", () => {
  const Greeting = serviceKey<{ greet(): string }>("greeting");
  const runtime = createRuntime();
  expect(runtime.tryUse(Greeting)).toBeUndefined();
  expect(() => runtime.use(Greeting)).toThrowError(
    expect.objectContaining({ code: "ICE_SERVICE_MISSING", fix: expect.stringContaining("initializeOrchestrator()") }),
  );
  runtime.provide(Greeting, { greet: () => "hi" }, { by: "test" });
  expect(runtime.use(serviceKey<{ greet(): string }>("greeting")).greet()).toBe("hi");
  expect(() => runtime.provide(Greeting, { greet: () => "ho" })).toThrowError(
    expect.objectContaining({ code: "ICE_SERVICE_DUPLICATE", message: expect.stringContaining("by test") }),
  );
  runtime.seal();
  runtime.seal();
  expect(() => runtime.provide(serviceKey("other"), 1)).toThrowError(
    expect.objectContaining({ code: "ICE_RUNTIME_SEALED" }),
  );
  expect(runtime.describe()).toMatchObject({ services: [{ name: "greeting", by: "test" }], sealed: true });
});

test("the default runtime of a process is shared by every copy of core", () => {
  expect(defaultRuntime()).toBe((globalThis as { [key: symbol]: unknown })[Symbol.for("ice.runtime/1")]);
});

test("names are looked up by own key only; unknown ones have a suggestion", () => {
  const runtime = createRuntime();
  registerNode("greet", () => null, { runtime, by: "me" });
  expect([
    runtime.nodes.get("toString"),
    runtime.nodes.get("constructor"),
    runtime.nodes.registeredBy("greet"),
  ]).toEqual([undefined, undefined, "me"]);
  expect(() => runtime.nodes.require("gret")).toThrowError(
    expect.objectContaining({ code: "ICE_NODE_TYPE_UNKNOWN", fix: 'did you mean "greet"?' }),
  );
  expect(() => registerNode("greet", () => null, { runtime })).toThrowError(
    expect.objectContaining({ code: "ICE_PLUGIN_DUPLICATE" }),
  );
  runtime.seal();
  expect(() => registerNode("late", () => null, { runtime })).toThrowError(
    expect.objectContaining({ code: "ICE_RUNTIME_SEALED" }),
  );
});

test("workflows are found by name and by version, the last one registered first", () => {
  const { workflows } = createRuntime();
  workflows.register({ name: "a", version: "1.0.0" });
  workflows.register({ name: "a", version: "2.0.0" });
  expect([
    workflows.get("a")?.version,
    workflows.get("a@1.0.0")?.version,
    workflows.get("b"),
    workflows.names(),
  ]).toEqual(["2.0.0", "1.0.0", undefined, ["a@1.0.0", "a@2.0.0"]]);
  expect(() => workflows.register({ name: "a", version: "1.0.0" })).toThrowError(
    expect.objectContaining({ code: "ICE_PLUGIN_DUPLICATE" }),
  );
});

test("the bus delivers by type and by *; unsubscribing works once and has no effect twice", () => {
  const bus = createEventBus();
  const seen: string[] = [];
  const unsubscribe = bus.on("node.started", ({ type }) => seen.push(type));
  bus.on("*", ({ type }) => seen.push(`* ${type}`));
  bus.emit(event("node.started"));
  unsubscribe();
  unsubscribe();
  bus.emit(event("node.started"));
  expect(seen).toEqual(["node.started", "* node.started", "* node.started"]);
  expect(bus.active).toBe(true);
});

test("a listener that throws or rejects is reported once and affects no other", async () => {
  const reports: string[] = [];
  const bus = createEventBus({ report: (message) => reports.push(message) });
  const seen: number[] = [];
  bus.on("a.b", () => {
    throw new Error("loud");
  });
  bus.on("a.b", () => Promise.reject(new Error("late")));
  bus.on("a.b", () => seen.push(1));
  bus.emit(event("a.b"));
  bus.emit(event("a.b"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([1, 1]);
  expect(reports).toEqual([expect.stringContaining("loud"), expect.stringContaining("late")]);
});

test("without another reporter a failing listener is reported on the console", () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const bus = createEventBus();
  bus.on("a.b", () => {
    throw new Error("loud");
  });
  bus.emit(event("a.b"));
  expect(error).toHaveBeenCalledWith(expect.stringContaining("loud"));
});

test.each([
  ["fixed", [1000, 1000, 1000, 1000]],
  ["linear", [1000, 2000, 3000, 4000]],
  ["exponential", [1000, 2000, 4000, 5000]],
] as const)("%s delays grow and are capped", (backoffStrategy, expected) => {
  const policy = retryPolicySchema.parse({ backoffStrategy, maxBackoffSeconds: 5 });
  expect([1, 2, 3, 4].map((retry) => retryDelayMs(policy, retry, 0.5))).toEqual(expected);
});

test("jitter subtracts a share, and Retry-After takes precedence within the cap", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(100_000),
      (jitter, random, retryAfterMs) => {
        const policy = retryPolicySchema.parse({ jitter, backoffSeconds: 2, maxBackoffSeconds: 30 });
        const delay = retryDelayMs(policy, 1, random, retryAfterMs);
        expect(delay).toBeGreaterThanOrEqual(Math.min(retryAfterMs, 30_000) - 1);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(2000 * (1 - jitter)));
        expect(delay).toBeLessThanOrEqual(Math.max(2000, Math.min(retryAfterMs, 30_000)));
      },
    ),
    { seed: 1 },
  );
});

test("only retryable errors are retried; noRetryOn takes precedence over retryOn; causes count", () => {
  const error = (retryable: boolean, cause?: unknown) => new IceError("E_A", "x", { retryable, cause });
  const policy = (more: object) => retryPolicySchema.parse(more);
  expect(isRetryable(error(false), policy({ retryOn: ["E_A"] }))).toBe(false);
  expect(isRetryable(error(true), policy({ retryOn: ["E_B"] }))).toBe(false);
  expect(isRetryable(error(true, { code: "E_B" }), policy({ retryOn: ["E_B"] }))).toBe(true);
  expect(isRetryable(error(true), policy({ retryOn: ["E_A"], noRetryOn: ["E_A"] }))).toBe(false);
  expect(isRetryable(error(true), policy({}))).toBe(true);
});

test("an error of another copy of core is recognised", () => {
  expect(IceError.is({ [Symbol.for("ice.error/1")]: true, code: "X" })).toBe(true);
  expect([IceError.is(new Error("x")), IceError.is(null), IceError.is("x")]).toEqual([false, false, false]);
});

test("any thrown value has a message", () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  expect([
    messageOf(new Error("a")),
    messageOf("b"),
    messageOf({ c: 1 }),
    messageOf(undefined),
    messageOf(cyclic),
    messageOf(new TypeError("")),
  ]).toEqual(["a", "b", '{"c":1}', "undefined", "[object Object]", "TypeError"]);
});

test("a typing error is recognised, another word is not", () => {
  expect([
    suggest("fetchh", ["fetch", "b"]),
    suggest("ecko", ["echo"]),
    suggest("tol", ["loop", "tool"]),
    suggest("hte", ["the"]),
    suggest("zebra", ["fetch"]),
    suggest("x".repeat(100), ["x"]),
  ]).toEqual(["fetch", "echo", "tool", "the", undefined, undefined]);
});

test("definitions have defaults", () => {
  expect(defineTool({ name: "t", args: {} as never, run: () => 1 })).toMatchObject({
    sideEffects: "external",
    description: "",
  });
  expect(defineAgent({ name: "a", run: () => 1 })).toMatchObject({ tools: [], description: "" });
  expect(definePlugin({ name: "p", apiVersion: 1, setup: () => {} })()).toMatchObject({ name: "p", needs: [] });
});

test("docs/reference/errors.md matches the catalogue, in both directions", () => {
  const text = readFileSync(new URL("../../../docs/reference/errors.md", import.meta.url), "utf8");
  const rows = new Map(
    [...text.matchAll(/^\| `(ICE_[A-Z_]+)` +\| (.*?) +\|/gm)].map((match) => [match[1]!, match[2]!]),
  );
  expect([...rows.keys()].toSorted()).toEqual(Object.keys(errorCodes).toSorted());
  for (const [code, meaning] of Object.entries(errorCodes)) expect(rows.get(code)).toBe(meaning);
});
