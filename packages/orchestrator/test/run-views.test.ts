import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime, RunHost, Tenants, type NodeEntry, type RunViews, type TenantServices } from "@ice/core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { initializeOrchestrator, type Orchestrator } from "../src/index.ts";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { SqliteRunStore } from "../src/journal/sqlite/sqlite-run-store.ts";
import { echo } from "./run-nodes.ts";

const folder = mkdtempSync(join(tmpdir(), "ice-run-views-"));
afterAll(() => rmSync(folder, { recursive: true }));

const failing = { id: "f", type: "tool", toolName: "fail", retryPolicy: { maxAttempts: 3, backoffSeconds: 0.001 } };
const blueprint = {
  schemaVersion: "ice/v1",
  name: "many",
  nodes: [
    { id: "l", type: "loop", itemsSource: "range(600)", body: [echo("x", { v: "{{ item }}" })] },
    { ...failing, toolArgs: { untilAttempt: 2 } },
    { id: "ask", type: "human", promptMessage: "Go {{ 1 + 1 }}?", approvalType: "approval", dependencies: ["l"] },
    { ...echo("toString"), dependencies: ["ask"] },
  ],
};

describe.each([
  ["memory:", MemoryRunStore],
  [`sqlite:${join(folder, "ice.db")}`, SqliteRunStore],
] as const)("what is shown of a run in %s", (store, { prototype }) => {
  let orchestrator: Orchestrator;
  let services: TenantServices;
  let views: RunViews;
  beforeAll(async () => {
    const runtime = createRuntime();
    orchestrator = await initializeOrchestrator({ runtime, store });
    services = runtime.use(Tenants).of("default");
    ({ views } = services);
    const { result } = runtime.use(RunHost).start(services.factory.create(blueprint), {}, { runId: "many" });
    expect(await result).toMatchObject({ status: "suspended" });
  });
  afterAll(() => orchestrator.close());

  const pages = async (query: object): Promise<NodeEntry[]> => {
    const found: NodeEntry[] = [];
    for (let next: string | null | undefined; next !== null;) {
      const page = await views.nodes("many", { ...query, cursor: next });
      found.push(...page.nodes);
      ({ next } = page);
    }
    return found;
  };

  test("pages of nodes are the nodes of the document, and the run is read in portions", async () => {
    const read = vi.spyOn(prototype, "read");
    const readAfter = vi.spyOn(prototype, "readAfter");
    const found = await pages({ limit: 150 });
    const detail = await views.node("many", "l[599].x");
    expect(read).not.toHaveBeenCalled();
    expect(Math.max(...(await Promise.all(readAfter.mock.results.map(({ value }) => value))).map(sizeOf))).toBe(500);
    read.mockRestore();
    readAfter.mockRestore();
    const { nodes } = await services.runs.show("many");
    expect(Object.fromEntries(found.map(({ path, ...node }) => [path, node]))).toMatchObject(nodes);
    expect(found.map(({ path }) => path)).toEqual(Object.keys(nodes));
    expect(detail).toMatchObject({ path: "l[599].x", status: "completed", output: { v: 599 } });
  });

  test("a page says what each node has used itself", async () => {
    const nodes = new Map((await pages({})).map(({ path, usage }) => [path, usage]));
    expect([nodes.get("l[7].x"), nodes.get("l"), nodes.get("f")]).toEqual([
      { toolCalls: 1 },
      undefined,
      { toolCalls: 3 },
    ]);
  });

  test("a selection is of paths and statuses", async () => {
    expect((await pages({ under: "l[7]" })).map(({ path }) => path)).toEqual(["l[7].x"]);
    expect((await pages({ statuses: ["waiting"] })).map(({ path }) => path)).toEqual(["ask"]);
  });

  test("a node is shown with its failed attempts, and with what it waits for", async () => {
    expect(await views.node("many", "f")).toMatchObject({ attempts: 3, attemptLog: [{ attempt: 1 }, { attempt: 2 }] });
    expect(await views.node("many", "ask")).toMatchObject({
      status: "waiting",
      input: { promptMessage: "Go 2?" },
      waiting: { kind: "human", approvalType: "approval" },
    });
    for (const path of ["toString", "__proto__", "l[600].x"])
      await expect(views.node("many", path)).rejects.toMatchObject({ code: "ICE_NODE_NOT_FOUND" });
  });
});

const sizeOf = ({ entries }: { readonly entries: readonly unknown[] }): number => entries.length;
