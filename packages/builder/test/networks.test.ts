import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtinNodes, createRuntime, defineTool } from "@ice/core";
import { analyzeNetwork, type NetworkAnalysis } from "@ice/core/internal";
import { createFileAccess } from "@ice/host";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { cel, createBlueprintLoader, graphOf, loadNetwork, network, save, t, toDot, toMermaid } from "../src/index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ice-networks-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nightly = network("nightly", { global: { region: "eu" }, maxConcurrency: 2 })
  .workflow("etl", { ref: "etl", inputs: { text: "{{ as it is }}" } })
  .workflow("train", {
    ref: "train",
    after: ["etl"],
    inputs: ({ etl, inputs }) => ({
      rows: etl.output["rows"],
      size: cel`size(${etl.output["rows"]})`,
      text: t`${etl.runId} in ${inputs.global.region}`,
    }),
  });

const manifest = {
  schemaVersion: "ice-network/v1",
  name: "nightly",
  global: { region: "eu" },
  maxConcurrency: 2,
  workflows: [
    { id: "etl", ref: "etl", inputs: { text: '{{ "{{" }} as it is }}' } },
    {
      id: "train",
      ref: "train",
      after: ["etl"],
      inputs: {
        rows: "{{ etl.output.rows }}",
        size: "{{ size(etl.output.rows) }}",
        text: "{{ etl.runId }} in {{ inputs.global.region }}",
      },
    },
  ],
};

test("a network written in TypeScript is a plain manifest, and extending its builder leaves it unchanged", () => {
  expect(nightly.build()).toEqual(manifest);
  expect(nightly.workflow("more", { ref: "etl" }).build().workflows).toHaveLength(3);
  expect(nightly.build().workflows).toHaveLength(2);
});

test.each(["yaml", "json"] as const)("what is saved as %s loads as the same manifest", (format) => {
  const file = join(folder, `net.${format}`);
  writeFileSync(file, save(nightly.build(), { format }));
  expect(loadNetwork(file)).toEqual(manifest);
});

const analyze = (raw: unknown): NetworkAnalysis => {
  const runtime = createRuntime();
  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: () => null });
  runtime.tools.register("echo", defineTool({ name: "echo", args: z.looseObject({}), run: () => null }) as never);
  for (const name of ["etl", "train"])
    runtime.workflows.register({ name, nodes: [{ id: "a", type: "tool", toolName: "echo" }] });
  return analyzeNetwork(raw, { runtime });
};

test("a network is drawn like a workflow, with what each workflow refers to", () => {
  const { analyzed, issues } = analyze(manifest);
  expect(issues).toEqual([]);
  const graph = graphOf(analyzed!);
  expect(graph).toEqual({
    nodes: [
      { path: "etl", id: "etl", type: "etl" },
      { path: "train", id: "train", type: "train" },
    ],
    edges: [{ from: "etl", to: "train" }],
  });
  expect(toMermaid(graph)).toContain("  n_etl --> n_train\n");
  expect(toDot(graph)).toContain('  "etl" -> "train";\n');
});

describe("modules", () => {
  const load = (ref: string, allowCode = true) =>
    createBlueprintLoader({ files: createFileAccess({ directory: join(folder, "flows") }), allowCode }).load(
      ref,
      join(folder, "flows/net.yaml"),
    );
  beforeEach(() => {
    mkdirSync(join(folder, "flows"));
    writeFileSync(
      join(folder, "flows/code.ts"),
      [
        'interface Flow { readonly schemaVersion: "ice/v1"; readonly name: string }',
        'export const flow: Flow = { schemaVersion: "ice/v1", name: "flow" };',
        'export const built = { build: (): Flow => ({ schemaVersion: "ice/v1", name: "built" }) };',
        "export const broken = { build(): Flow { throw new Error('no way') } };",
        "export const number = 3;",
      ].join("\n"),
    );
    writeFileSync(join(folder, "flows/plain.mjs"), 'export const flow = { name: "plain" };');
    writeFileSync(join(folder, "flows/waits.mjs"), "await null; export const flow = { name: 'w' };");
    writeFileSync(join(folder, "flows/throws.mjs"), "throw new Error('at its top');");
    writeFileSync(join(folder, "outside.mjs"), 'export const flow = { name: "outside" };');
  });

  test.each([
    ["./code.ts#flow", "flow"],
    ["./code.ts#built", "built"],
    ["./plain.mjs#flow", "plain"],
  ])("%s gives the blueprint that the module exports", (ref, name) => {
    const loaded = load(ref);
    expect(loaded).toMatchObject({ ok: true, data: { name } });
    expect(loaded.ok && loaded.base).toMatch(new RegExp(`flows/.*${ref.slice(2).replace(".", "\\.")}$`));
  });

  test.each([
    ["./code.ts#nothing", "ICE_WORKFLOW_UNKNOWN", /has no export "nothing"/],
    ["./code.ts#toString", "ICE_WORKFLOW_UNKNOWN", /has no export "toString"/],
    ["./code.ts#number", "ICE_WORKFLOW_UNKNOWN", /is not a blueprint/],
    ["./code.ts#broken", "ICE_WORKFLOW_UNKNOWN", /no way/],
    ["./code.ts", "ICE_WORKFLOW_UNKNOWN", /no export is named/],
    ["./code.ts#", "ICE_WORKFLOW_UNKNOWN", /no export is named/],
    ["./waits.mjs#flow", "ICE_WORKFLOW_UNKNOWN", /top-level await/],
    ["./throws.mjs#flow", "ICE_WORKFLOW_UNKNOWN", /at its top/],
    ["./missing.ts#flow", "ICE_WORKFLOW_UNKNOWN", /does not exist/],
    ["../outside.mjs#flow", "ICE_FILE_DENIED", /outside/],
  ])("%s is refused", (ref, code, message) => {
    expect(load(ref)).toMatchObject({ ok: false, issues: [{ code, message: expect.stringMatching(message) }] });
  });

  test("nothing is loaded unless the owner allows code", () => {
    writeFileSync(join(folder, "flows/loud.mjs"), "globalThis.iceLoud = true; export const flow = {};");
    for (const ref of ["./loud.mjs#flow", "./loud.mjs"])
      expect(load(ref, false)).toMatchObject({ ok: false, issues: [{ code: "ICE_CODE_DENIED" }] });
    expect(globalThis).not.toHaveProperty("iceLoud");
  });
});
