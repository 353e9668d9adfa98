import { describe, expect, test } from "vitest";
import { after, echo, runtimeOf } from "../../test/analyze.ts";
import type { BlueprintLoader } from "../services/blueprint-loader.ts";
import { analyzeBlueprint } from "./analyze-blueprint.ts";

describe("sub-workflows", () => {
  const child = { schemaVersion: "ice/v1", name: "child", nodes: [echo("x")] };
  const sub = (workflowRef: string) => ({ id: "s", type: "workflow", workflowRef });
  const loader = (files: Record<string, unknown>): BlueprintLoader => ({
    locate: (ref) => ref.replace(/^(?:\.\/)+/, "./"),
    load: (ref) =>
      Object.hasOwn(files, ref)
        ? { ok: true, base: ref, data: files[ref] }
        : {
            ok: false,
            issues: [{ code: "ICE_WORKFLOW_UNKNOWN", severity: "error", path: "", message: `no ${ref}`, fix: "check" }],
          },
  });
  const analyze = (nodes: unknown[], files: Record<string, unknown>) =>
    analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes },
      {
        runtime: runtimeOf((runtime) => runtime.workflows.register(child as never)),
        loader: loader(files),
        base: "/w",
      },
    );

  test("each is read once, by name or file, also one that calls itself", () => {
    const self = { ...child, name: "self", nodes: [{ ...sub("./self.yaml"), when: "false" }] };
    const { issues, analyzed } = analyze(
      [sub("child"), { ...sub("child@0.0.0"), id: "t" }, { ...sub("./self.yaml"), id: "u" }],
      { "./self.yaml": self },
    );
    expect(issues).toEqual([]);
    expect([...analyzed!.workflows.keys()]).toEqual(["child@0.0.0", "file:./self.yaml"]);
  });

  test("a file that many nodes refer to is read once, also one that does not exist", () => {
    const asked: string[] = [];
    const { load, locate } = loader({ "./child.yaml": child });
    const refs = ["./child.yaml", "./child.yaml", "././child.yaml", "./none.yaml", "./none.yaml"];
    const nodes = refs.map((ref, index) => ({ ...sub(ref), id: "abcde"[index] }));
    const { issues } = analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes },
      {
        runtime: runtimeOf(),
        base: "/w",
        loader: {
          locate,
          load(ref, base) {
            asked.push(ref);
            return load(ref, base);
          },
        },
      },
    );
    expect(asked).toEqual(["./child.yaml", "./none.yaml"]);
    expect(issues.map(({ nodeId, message }) => [nodeId, message])).toEqual([
      ["d", "no ./none.yaml"],
      ["e", "no ./none.yaml"],
    ]);
  });

  test("a file that is not a blueprint is read once, however it is referred to", () => {
    let reads = 0;
    const issue = { code: "ICE_BLUEPRINT_SYNTAX", severity: "error", path: "", message: "no YAML" } as const;
    const { locate } = loader({});
    const nodes = ["./x.yaml", "././x.yaml", "./././x.yaml"].map((ref, index) => ({ ...sub(ref), id: "abc"[index] }));
    const { issues } = analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes },
      {
        runtime: runtimeOf(),
        base: "/w",
        loader: {
          locate,
          load() {
            reads += 1;
            return { ok: false, issues: [issue] };
          },
        },
      },
    );
    expect(reads).toBe(1);
    expect(issues.map(({ nodeId, message }) => [nodeId, message])).toEqual([
      ["a", "no YAML"],
      ["b", "no YAML"],
      ["c", "no YAML"],
    ]);
  });

  test("issues of one are reported at the reference", () => {
    const { issues } = analyze([sub("./bad.yaml")], { "./bad.yaml": { ...child, nodes: [echo("a", {}, after("b"))] } });
    expect(issues).toMatchObject([
      {
        code: "ICE_DEPENDENCY_UNKNOWN",
        path: "/nodes/0/workflowRef",
        nodeId: "s",
        message: expect.stringContaining("./bad.yaml"),
      },
    ]);
  });

  test("only a blueprint that was loaded from a file may refer to files; the loader is not called for others", () => {
    const asked: string[] = [];
    const spying: BlueprintLoader = {
      locate: (ref) => ref,
      load: (ref) => {
        asked.push(ref);
        return { ok: true, base: ref, data: child };
      },
    };
    const naming = { schemaVersion: "ice/v1", name: "registered", nodes: [sub("./x.yaml")] };
    const runtime = runtimeOf((registry) => registry.workflows.register(naming));
    const codesOf = (nodes: unknown[], base: string | undefined) =>
      analyzeBlueprint(
        { schemaVersion: "ice/v1", name: "w", nodes },
        { runtime, loader: spying, ...(base !== undefined && { base }) },
      ).issues.map(({ code }) => code);
    for (const ref of ["./x.yaml", "../x.yaml", "/x.yaml", "./x.ts#y"])
      expect(codesOf([sub(ref)], undefined), ref).toEqual(["ICE_FILE_DENIED"]);
    expect(codesOf([sub("registered")], "/w.yaml")).toEqual(["ICE_FILE_DENIED"]);
    expect(asked).toEqual([]);
    expect(codesOf([sub("./x.yaml")], "/w.yaml")).toEqual([]);
    const { issues } = analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes: [sub("./x.yaml")] },
      { runtime: runtimeOf(), base: "/w.yaml" },
    );
    expect(issues).toMatchObject([{ code: "ICE_SERVICE_MISSING" }]);
  });

  test("an unknown name has a suggestion, a missing file is reported as missing", () => {
    expect(analyze([sub("chidl")], {}).issues).toMatchObject([
      { code: "ICE_WORKFLOW_UNKNOWN", fix: 'did you mean "child"?' },
    ]);
    expect(analyze([sub("./x.yaml")], {}).issues).toMatchObject([
      { code: "ICE_WORKFLOW_UNKNOWN", message: "no ./x.yaml" },
    ]);
  });

  test("their number is bounded", () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`./${index}.yaml`, { ...child, nodes: [sub(`./${index + 1}.yaml`)] }]),
    );
    const { issues } = analyzeBlueprint(
      { schemaVersion: "ice/v1", name: "w", nodes: [sub("./0.yaml")] },
      { runtime: runtimeOf(), loader: loader(files), base: "/w", limits: { maxWorkflows: 5 } },
    );
    expect(issues).toMatchObject([{ code: "ICE_BLUEPRINT_LIMIT" }]);
  });
});
