import { describe, expect, test } from "vitest";
import { z } from "zod";
import { echo, issuesOf, runtimeOf } from "../../test/analyze.ts";
import { builtinNodes } from "../nodes/builtin-nodes.ts";
import { defineNode } from "../nodes/define-node.ts";
import { registerNode } from "../runtime/register-node.ts";

const a = echo("a");
const node = (type: string, fields: object, id = "n"): object => ({ id, type, ...fields });
const path = [a];

/** Type, fields, and where the one issue is. */
const bad: readonly (readonly [string, object, string])[] = [
  ["wait", {}, ""],
  ["wait", { seconds: 1, at: 5 }, "/at"],
  ["wait", { seconds: -1 }, "/seconds"],
  ["wait", { seconds: 315_360_001 }, "/seconds"],
  ["wait", { seconds: "5" }, "/seconds"],
  ["wait", { at: "tomorrow" }, "/at"],
  ["wait", { at: "2026-01-01T00:00:00" }, "/at"],
  ["wait", { at: 8_640_000_000_000_001 }, "/at"],
  ["wait", { at: 1_900_000_000 }, "/at"],
  ["wait", { signal: "a b" }, "/signal"],
  ["wait", { signal: "" }, "/signal"],
  ["wait", { signal: "x".repeat(129) }, "/signal"],
  ["wait", { signal: [] }, "/signal"],
  ["wait", { signal: Array(17).fill("x") }, "/signal"],
  ["wait", { signal: ["x", ".y"] }, "/signal"],
  ["wait", { seconds: 1, buffer: false }, "/buffer"],
  ["wait", { seconds: 1, payloadSchema: {} }, "/payloadSchema"],
  ["wait", { seconds: 1, timeoutSeconds: 1 }, "/timeoutSeconds"],
  ["wait", { signal: "x", seconds: 1, timeoutSeconds: 1 }, "/timeoutSeconds"],
  ["wait", { signal: "x", timeoutSeconds: 0 }, "/timeoutSeconds"],
  ["wait", { signal: "x", payloadSchema: { typ: "number" } }, "/payloadSchema/typ"],
  ["wait", { signal: "x", retryPolicy: {} }, "/retryPolicy"],
  ["switch", { cases: [] }, "/cases"],
  ["switch", { cases: [{ when: "true" }] }, "/cases/0/path"],
  ["switch", { cases: [{ path }] }, "/cases/0/when"],
  ["switch", { cases: [{ when: "true", path: [] }] }, "/cases/0/path"],
  ["switch", { cases: [{ when: "true", path, body: path }] }, "/cases/0/body"],
  ["switch", { cases: [{ when: "true", path }], otherwise: [] }, "/otherwise"],
  [
    "switch",
    {
      cases: [
        { when: "true", path, name: "x" },
        { when: "true", path: [echo("b")], name: "x" },
      ],
    },
    "/cases",
  ],
  [
    "switch",
    {
      cases: [
        { when: "true", path, name: "1" },
        { when: "true", path: [echo("b")] },
      ],
    },
    "/cases",
  ],
  ["switch", { cases: [{ when: "true", path, name: "otherwise" }] }, "/cases"],
  ["switch", { cases: [{ when: "true", path, name: "" }] }, "/cases/0/name"],
  ["scope", {}, "/body"],
  ["scope", { body: [] }, "/body"],
  ["scope", { body: path, finally: [] }, "/finally"],
  ["scope", { body: path, catch: {} }, "/catch/body"],
  ["scope", { body: path, catch: { body: [] } }, "/catch/body"],
  ["scope", { body: path, catch: { body: [echo("b")], codes: [] } }, "/catch/codes"],
  ["scope", { body: path, catch: { body: [echo("b")], code: "X" } }, "/catch/code"],
  ["scope", { body: path, compensate: { a: [] } }, "/compensate/a"],
  ["scope", { body: path, cleanupSeconds: 0 }, "/cleanupSeconds"],
  ["scope", { body: path, cleanupSeconds: 3601 }, "/cleanupSeconds"],
  ["scope", { body: path, timeoutSeconds: 0 }, "/timeoutSeconds"],
  ["scope", { body: path, cancelOn: "" }, "/cancelOn"],
  ["scope", { body: path, cancelOn: "a b" }, "/cancelOn"],
  ["end", {}, "/status"],
  ["end", { status: "cancelled" }, "/status"],
  ["end", { status: "completed", code: "X" }, "/code"],
  ["end", { status: "completed", message: "x" }, "/message"],
  ["end", { status: "completed", output: [1] }, "/output"],
  ["end", { status: "completed", output: "text" }, "/output"],
  ["end", { status: "completed", output: null }, "/output"],
  ["end", { status: "failed", output: {} }, "/output"],
  ["end", { status: "failed", code: "no_stock" }, "/code"],
  ["end", { status: "failed", code: "A".repeat(65) }, "/code"],
  ["end", { status: "failed", code: "1A" }, "/code"],
  ["end", { status: "completed", retryPolicy: {} }, "/retryPolicy"],
  ["loop", { itemsSource: "[1]", body: path, settle: "first" }, "/settle"],
  ["loop", { itemsSource: "[1]", body: path, parallel: true, settle: "one" }, "/settle"],
  ["loop", { itemsSource: "[1]", body: path, parallel: true, settle: { atLeast: 0 } }, "/settle/atLeast"],
  ["loop", { itemsSource: "[1]", body: path, parallel: true, settle: "first", onItemError: "skip" }, "/settle"],
  ["loop", { itemsSource: "[1]", body: path, parallel: true, settle: "first", until: "true" }, "/until"],
  ["tool", { toolName: "echo", cache: {} }, "/cache/ttlSeconds"],
  ["tool", { toolName: "echo", cache: { ttlSeconds: 0 } }, "/cache/ttlSeconds"],
  ["tool", { toolName: "echo", cache: { ttlSeconds: 315_360_001 } }, "/cache/ttlSeconds"],
  ["tool", { toolName: "echo", cache: { ttlSeconds: 1, scope: "all" } }, "/cache/scope"],
];

test.each(bad)("%s %j is refused%s", (type, fields, where) => {
  const issues = issuesOf([node(type, fields)]).filter(({ severity }) => severity === "error");
  expect(issues).toMatchObject([{ code: "ICE_BLUEPRINT_SCHEMA", path: `/nodes/0${where}`, nodeId: "n" }]);
});

test.each<[string, object]>([
  ["wait", { seconds: 0 }],
  ["wait", { seconds: 315_360_000 }],
  ["wait", { seconds: "{{ 5 }}" }],
  ["wait", { at: -1 }],
  ["wait", { at: "2026-01-01T00:00:00.123+05:30" }],
  ["wait", { at: "{{ 'tomorrow' }}" }],
  ["wait", { signal: Array(16).fill("x") }],
  ["wait", { signal: "order:{{ 5 }}", buffer: false, payloadSchema: { type: "object" }, timeoutSeconds: 31_536_000 }],
  ["wait", { signal: "x", at: 5, buffer: true }],
  ["switch", { cases: [{ when: "false", path, name: "true" }], otherwise: [echo("b")] }],
  ["scope", { body: path, catch: { codes: ["X"], body: [echo("b")] }, cleanupSeconds: 3600, cancelOn: "x:{{ 1 }}" }],
  ["scope", { body: path, retryPolicy: {}, timeoutSeconds: 0.1, onError: "skip" }],
  ["end", { status: "completed", output: { a: "{{ 1 }}" } }],
  ["end", { status: "completed", output: "{{ inputs }}" }],
  ["end", { status: "failed", code: "A1_B", message: "x" }],
  ["end", { status: "failed", code: "E_{{ 'X' }}" }],
  ["loop", { itemsSource: "[1]", body: path, settle: "all", onItemError: "skip" }],
  ["loop", { itemsSource: "[1]", body: path, parallel: true, settle: { atLeast: 3 } }],
])("%s %j is valid", (type, fields) => {
  expect(issuesOf([node(type, fields)])).toEqual([]);
});

describe("a cache", () => {
  test.each(Object.values(builtinNodes))(
    "is a field of $type nodes, if they neither wait nor have bodies",
    ({ type, base }) => {
      const caching = ["agent", "code", "llm", "swarm", "tool", "workflow"];
      expect("cache" in base.shape).toBe(caching.includes(type));
    },
  );

  test("is a field of every registered type; the names in its key are checked", () => {
    const fetched = defineNode({ type: "fetched", config: z.object({ url: z.string() }) });
    const runtime = runtimeOf((made) => registerNode(fetched, () => 1, { runtime: made }));
    const cached = (key: string) => node("fetched", { url: "/", cache: { ttlSeconds: 1, key } });
    expect(issuesOf([cached("{{ inputs.x }}")], { runtime })).toEqual([]);
    expect(issuesOf([cached("{{ ghost.x }}")], { runtime })).toMatchObject([
      { code: "ICE_EXPRESSION_SCOPE", path: "/nodes/0/cache/key" },
    ]);
  });
});

test.each<[object, string]>([
  [{ detached: true, exposedOutputs: { x: "output.a" } }, "/exposedOutputs"],
  [{ runId: "x" }, "/runId"],
  [{ detached: true, runId: "" }, "/runId"],
  [{ detached: true, runId: "x".repeat(201) }, "/runId"],
  [{ detached: true, cache: { ttlSeconds: 1 } }, "/cache"],
])("a workflow node %j is refused at %s", (fields, where) => {
  const issues = issuesOf([node("workflow", { workflowRef: "other", ...fields })]);
  expect(issues).toContainEqual(expect.objectContaining({ code: "ICE_BLUEPRINT_SCHEMA", path: `/nodes/0${where}` }));
});
