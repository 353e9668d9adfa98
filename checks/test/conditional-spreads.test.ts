import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findConditionalSpreads } from "../src/conditional-spreads.ts";

/** Where an absent key can be seen. Elsewhere a value is passed on as it is: options accept undefined (`x?: T | undefined`). */
const places: Readonly<Record<string, readonly string[]>> = {
  blueprints: [
    "builder/src/dsl/network.ts",
    "builder/src/dsl/workflow.ts",
    "core/src/analysis/run-document.ts",
    "core/src/nodes/define-node.ts",
  ],
  "documents that are printed": [
    "api/src/openapi/openapi-document.ts",
    "cli/src/commands/run.ts",
    "cli/src/output/error-report.ts",
    "core/src/analysis/graph-of.ts",
    "core/src/analysis/issue-list.ts",
  ],
  "results and errors as data": [
    "api/src/mcp/call-result.ts",
    "api/src/problem/problem.ts",
    "cli/src/remote/summary-of.ts",
    "client/src/http/error-of-answer.ts",
    "core/src/journal/run-errors.ts",
    "llm/src/errors/model-error.ts",
    "orchestrator/src/history/stored-result.ts",
    "orchestrator/src/network/network-result.ts",
    "orchestrator/src/run/children-result.ts",
    "orchestrator/src/run/failure.ts",
    "orchestrator/src/services/schedules.ts",
    "sandbox/src/sandbox-result.ts",
  ],
  "records and events": [
    "core/src/stores/memory-run.ts",
    "core/src/stores/stored-head.ts",
    "orchestrator/src/engine/live-run.ts",
    "orchestrator/src/engine/new-run.ts",
    "orchestrator/src/run/run-events.ts",
    "orchestrator/src/services/feed-events.ts",
  ],
  "requests to providers": [
    "llm/src/providers/call-options.ts",
    "llm/src/providers/load-adapter.ts",
    "llm/src/providers/structured-answer.ts",
  ],
  "headers of requests": ["client/src/events/follow-events.ts", "client/src/http/http-client.ts"],
  "options of DBOS that must be absent": [
    "engine-dbos/src/dispatch/queue-limits.ts",
    "engine-dbos/src/dispatch/queues.ts",
  ],
  "options of Node that must be absent": ["cli/src/args/arguments.ts", "host/src/egress/http-connections.ts"],
};

test("keys are left out only where that can be seen", () => {
  const files = findConditionalSpreads(join(import.meta.dirname, "../..")).map(({ file }) => file);
  expect([...new Set(files)]).toEqual(Object.values(places).flat().toSorted());
});

test("both ways to write it are found, on one line or several; other spreads are not", () => {
  const root = mkdtempSync(join(tmpdir(), "spreads-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "packages/a/src/b"), { recursive: true });
  const lines = [
    "call({ ...(x === undefined ? {} : { x }) });",
    "call({ ...(a.b?.c !== undefined && { c: 1 }) });",
    "call({ ...(x === undefined",
    "  ? {}",
    "  : { x }) });",
    "call({ ...(ready ? { x } : {}), ...rest });",
    "const y = x === undefined ? {} : { x };",
  ];
  writeFileSync(join(root, "packages/a/src/b/c.ts"), lines.join("\n"));
  writeFileSync(join(root, "packages/a/src/b/c.test.ts"), lines.join("\n"));
  expect(findConditionalSpreads(root).map(({ file, line }) => `${file}:${line}`)).toEqual([
    "a/src/b/c.ts:1",
    "a/src/b/c.ts:2",
    "a/src/b/c.ts:3",
  ]);
});
