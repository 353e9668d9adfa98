import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { createFileAccess } from "@ice/host";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createBlueprintLoader, load, loadText, parseFile, save } from "../src/index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ice-builder-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const blueprint = {
  schemaVersion: "ice/v1",
  name: "w",
  nodes: [{ id: "a", type: "tool", toolName: "echo", toolArgs: { text: "{{ inputs.name }}", n: 1.5, none: null } }],
} as const;
const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};

describe("load and save", () => {
  test.each(["yaml", "json"] as const)("what is saved as %s loads as the same data", (format) => {
    const file = join(folder, `w.${format}`);
    writeFileSync(file, save(blueprint, { format }));
    expect(load(file)).toEqual(blueprint);
  });

  test("a file that was parsed is not read again for its text", () => {
    const file = join(folder, "w.yaml");
    writeFileSync(file, "name: w\nname: again\n");
    const { parsed, text } = parseFile(file);
    rmSync(file);
    expect([parsed.ok, text()]).toEqual([false, "name: w\nname: again\n"]);
  });

  test("a blueprint without schemaVersion gets one, and undefined fields are omitted", () => {
    expect(loadText(save({ name: "w", description: undefined, nodes: [] }))).toEqual({
      schemaVersion: "ice/v1",
      name: "w",
      nodes: [],
    });
  });

  test("any JSON survives a round trip through YAML", () => {
    const key = fc
      .string({ maxLength: 12 })
      .filter((text) => !["__proto__", "constructor", "prototype"].includes(text));
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.string(),
        fc.string({ unit: "grapheme" }),
        fc.constantFrom(
          "yes",
          "null",
          "~",
          "1e3",
          "0x10",
          "- a",
          "a: b",
          "# c",
          "{{ x }}",
          "",
          " ",
          "\n",
          "2026-01-01",
        ),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("json"), { maxLength: 4 }),
        fc.dictionary(key, tie("json"), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        fc.pre(!hasLargeInteger(value));
        expect(loadText(save({ name: "w", metadata: value }))).toEqual({
          schemaVersion: "ice/v1",
          name: "w",
          metadata: value,
        });
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  test("errors name the file, the position and a fix", () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "name: x\nnodes: [\n");
    expect(thrown(() => load(file))).toMatchObject({
      code: "ICE_BLUEPRINT_SYNTAX",
      message: expect.stringMatching(/bad\.yaml:\d+:\d+: /),
      fix: "close the `[` in line 2 with `]`",
      details: { issues: [{ severity: "error" }] },
    });
    expect(thrown(() => load(join(folder, "none.yaml")))).toMatchObject({ code: "ICE_FILE_NOT_FOUND" });
    expect(thrown(() => load(folder))).toMatchObject({ code: "ICE_FILE_NOT_FOUND" });
    spawnSync("mkfifo", [join(folder, "pipe.yaml")]);
    expect(thrown(() => load(join(folder, "pipe.yaml")))).toMatchObject({
      code: "ICE_FILE_NOT_FOUND",
      message: expect.stringContaining("is a pipe, not a file"),
    });
    expect(thrown(() => loadText("a: &x 1"))).toMatchObject({
      message: expect.stringMatching(/^the text:1:4: anchors/),
    });
    expect(thrown(() => loadText("x".repeat(2_000_000)))).toMatchObject({ code: "ICE_BLUEPRINT_LIMIT" });
  });
});

describe("the loader of sub-workflows", () => {
  beforeEach(() => {
    mkdirSync(join(folder, "flows"));
    writeFileSync(join(folder, "flows/child.yaml"), save(blueprint));
    writeFileSync(join(folder, "flows/broken.json"), "{");
    writeFileSync(join(folder, "secret.yaml"), save(blueprint));
  });

  test.each([
    ["./child.yaml", "/flows/child.yaml"],
    ["././/child.yaml", "/flows/child.yaml"],
    ["./x/../child.yaml", "/flows/child.yaml"],
    ["../child.yaml", "/child.yaml"],
    ["/elsewhere/child.yaml", "/elsewhere/child.yaml"],
    ["././child.ts#a/../b", "/flows/child.ts#a/../b"],
  ])("%s is located at %s without reading it", (ref, location) => {
    expect(createBlueprintLoader().locate(ref, "/flows/parent.yaml")).toBe(location);
  });

  test("finds a file next to the one that refers to it", () => {
    const loader = createBlueprintLoader({ files: createFileAccess({ directory: join(folder, "flows") }) });
    const loaded = loader.load("./child.yaml", join(folder, "flows/parent.yaml"));
    expect(loaded).toMatchObject({ ok: true, data: blueprint });
    expect(loader.load(join(folder, "flows/child.yaml"), join(folder, "x.yaml"))).toMatchObject({ ok: true });
  });

  test.each([
    ["a directory", "./parts", "ICE_WORKFLOW_UNKNOWN", "is a directory, not a file"],
    ["a pipe", "./pipe", "ICE_WORKFLOW_UNKNOWN", "is a pipe, not a file"],
    ["more than a blueprint may have", "./large.yaml", "ICE_BLUEPRINT_LIMIT", "has 2000000 bytes"],
    ["a path of 400,000 parts", `./${"a/".repeat(400_000)}`, "ICE_FILE_DENIED", "is too long for a path"],
    ["the configuration", "./ice.config.mjs#default", "ICE_FILE_DENIED", "is protected"],
  ])("%s is reported as an issue immediately", (_name, ref, code, message) => {
    mkdirSync(join(folder, "flows/parts"));
    spawnSync("mkfifo", [join(folder, "flows/pipe")]);
    writeFileSync(join(folder, "flows/large.yaml"), "x".repeat(2_000_000));
    writeFileSync(join(folder, "flows/ice.config.mjs"), "export default {}");
    const files = createFileAccess({ directory: join(folder, "flows") });
    const loader = createBlueprintLoader({ files, allowCode: true });
    const started = performance.now();
    expect(loader.load(ref, join(folder, "flows/parent.yaml"))).toMatchObject({
      ok: false,
      issues: [{ code, severity: "error", message: expect.stringContaining(message), fix: expect.any(String) }],
    });
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("a file that this user may not read is denied, not missing", ({ skip }) => {
    skip(process.getuid?.() === 0, "root may read every file");
    chmodSync(join(folder, "flows/child.yaml"), 0o000);
    const loader = createBlueprintLoader({ files: createFileAccess({ directory: folder }) });
    expect(loader.load("./child.yaml", join(folder, "flows/parent.yaml"))).toMatchObject({
      ok: false,
      issues: [{ code: "ICE_FILE_DENIED", message: expect.stringContaining("not permitted by the system") }],
    });
  });

  test("errors in the file are reported with line and column", () => {
    const loader = createBlueprintLoader({ files: createFileAccess({ directory: folder }) });
    expect(loader.load("./broken.json", join(folder, "flows/parent.yaml"))).toMatchObject({
      ok: false,
      issues: [{ code: "ICE_BLUEPRINT_SYNTAX", line: 1 }],
    });
  });

  test.each([
    ["a way out", "../secret.yaml", "ICE_FILE_DENIED"],
    ["an absolute path", "/etc/passwd", "ICE_FILE_DENIED"],
    ["a link that leads out", "./link.yaml", "ICE_FILE_DENIED"],
    ["a file beside a root with the same beginning", "../flows-2/x.yaml", "ICE_FILE_DENIED"],
    ["no file", "./none.yaml", "ICE_WORKFLOW_UNKNOWN"],
  ])("%s is refused", (_name, ref, code) => {
    symlinkSync(join(folder, "secret.yaml"), join(folder, "flows/link.yaml"));
    mkdirSync(join(folder, "flows-2"));
    writeFileSync(join(folder, "flows-2/x.yaml"), save(blueprint));
    const loader = createBlueprintLoader({ files: createFileAccess({ directory: join(folder, "flows") }) });
    expect(loader.load(ref, join(folder, "flows/parent.yaml"))).toMatchObject({ ok: false, issues: [{ code }] });
  });

  test("a root may be a link or not exist yet", () => {
    symlinkSync(join(folder, "flows"), join(folder, "alias"));
    const loader = createBlueprintLoader({
      files: createFileAccess({ directory: join(folder, "later"), blueprints: [join(folder, "alias")] }),
    });
    expect(loader.load("./child.yaml", join(folder, "alias/parent.yaml"))).toMatchObject({ ok: true });
  });

  test("the default root is the working directory", () => {
    expect(createBlueprintLoader().load(join(folder, "secret.yaml"), join(folder, "x.yaml"))).toMatchObject({
      ok: false,
      issues: [{ code: "ICE_FILE_DENIED" }],
    });
  });
});

/** Beyond 2^53 YAML integers are refused, as they should be. */
const hasLargeInteger = (value: unknown): boolean =>
  typeof value === "number"
    ? Number.isInteger(value) && !Number.isSafeInteger(value)
    : typeof value === "object" && value !== null && Object.values(value).some(hasLargeInteger);
