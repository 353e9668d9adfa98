import { describe, expect, test } from "vitest";
import { blueprint, echo, ice } from "./fake-terminal.ts";

const report = [
  "schemaVersion: ice/v1",
  "name: report",
  "nodes:",
  "  - { id: fetch, type: tool, toolName: echo }",
  "  - id: summarise",
  "    type: tool",
  "    toolName: echo",
  "    dependencies: [fetchh]",
  "    toolArgs:",
  '      text: "{{ fetc.body }}"',
  "",
].join("\n");

describe("a person reads", () => {
  test("code, message, place, the line with a mark below the value, and the next action", async () => {
    const { code, stdout, stderr } = await ice(["validate", "report.yaml"], { files: { "report.yaml": report } });
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toContain(
      [
        "  --> report.yaml:8:20",
        "8 |     dependencies: [fetchh]",
        "  |                    ^^^^^^",
        'fix: did you mean "fetch"?',
        "",
      ].join("\n"),
    );
    expect(stderr).toMatch(/^error ICE_DEPENDENCY_UNKNOWN {2}.*"fetchh"/m);
    expect(stderr).toContain(
      [
        "  --> report.yaml:10:14",
        '10 |       text: "{{ fetc.body }}"',
        "   |              ^^^^^^^^^^^^^^^",
        'fix: did you mean "fetch"?',
        "",
      ].join("\n"),
    );
    expect(stderr).toMatch(/\n\n2 errors in report\.yaml\n$/);
  });

  test("that it is valid", async () => {
    const files = { "w.json": blueprint([echo("a")]) };
    expect(await ice(["validate", "w.json"], { files })).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "w.json is valid\n",
    });
    expect(await ice(["validate", "w.json", "--quiet"], { files })).toMatchObject({ code: 0, stderr: "" });
  });

  test("errors even with --quiet", async () => {
    const files = { "w.json": blueprint([echo("a"), echo("a")]) };
    expect((await ice(["validate", "w.json", "--quiet"], { files })).stderr).toContain("1 error in w.json\n");
  });

  test("the position of the mistake in a text that cannot be parsed", async () => {
    const { code, stderr } = await ice(["validate", "-"], { stdin: "name: x\nname: y\n" });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error ICE_BLUEPRINT_SYNTAX [\s\S]*--> -:2:1\n2 \| name: y\n/);
  });

  test("unchanged lines of a file with CRLF and a byte order mark", async () => {
    const files = { "report.yaml": `\uFEFF${report.replaceAll("\n", "\r\n")}` };
    const { stderr } = await ice(["validate", "report.yaml"], { files });
    expect(stderr).toContain("8 |     dependencies: [fetchh]\n  |                    ^^^^^^\n");
  });
});

describe("a program reads", () => {
  test("every issue at once, with code, pointer, line and column", async () => {
    const { code, json, stderr } = await ice(["validate", "report.yaml", "--json"], {
      files: { "report.yaml": report },
    });
    expect([code, stderr]).toEqual([3, ""]);
    expect(json).toEqual({
      valid: false,
      issues: [
        expect.objectContaining({
          code: "ICE_DEPENDENCY_UNKNOWN",
          severity: "error",
          nodeId: "summarise",
          path: "/nodes/1/dependencies/0",
          line: 8,
          column: 20,
          fix: 'did you mean "fetch"?',
        }),
        expect.objectContaining({ code: "ICE_EXPRESSION_SCOPE", path: "/nodes/1/toolArgs/text", line: 10, column: 14 }),
      ],
    });
  });

  test("that a blueprint with warnings only is valid", async () => {
    const nodes = [echo("a"), echo("b", {}, { dependencies: ["a"], join: { atLeast: 2 } })];
    const { code, json } = await ice(["validate", "w.json", "--json"], { files: { "w.json": blueprint(nodes) } });
    expect(code).toBe(0);
    expect(json).toMatchObject({ valid: true, issues: [{ code: "ICE_JOIN_IMPOSSIBLE", severity: "warning" }] });
  });
});

describe("untrusted text", () => {
  const escape = "\u001B[31mred\u009B2J\u202Egnp";
  const seen = "\\u001b[31mred\\u009b2J\\u202egnp";

  test("cannot move the cursor or reverse the text in a report", async () => {
    const files = { "w.json": blueprint([echo("a", {}, { dependencies: [escape] })]).replaceAll("\\u001b", "\\u001b") };
    const { stderr } = await ice(["validate", "w.json"], { files });
    expect(stderr).toContain(seen);
    // eslint-disable-next-line no-control-regex
    expect(stderr).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
  });

  test("nor in progress, errors or data; as data it stays what it is", async () => {
    const nodes = [
      echo("a", { text: escape }),
      { id: "b", type: "tool", toolName: "fail", toolArgs: { message: escape } },
    ];
    const { stdout, stderr, json } = await ice(["run", "w.json"], { files: { "w.json": blueprint(nodes) } });
    for (const text of [stdout, stderr])
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
    expect(stderr).toContain(seen);
    expect(json).toEqual({ a: { text: escape } });
  });

  test("nor in a picture", async () => {
    const files = { "w.json": blueprint([echo("a", {}, { name: escape })]) };
    for (const format of ["mermaid", "dot"]) {
      const { stdout } = await ice(["graph", "w.json", "--format", format], { files });
      expect(stdout).not.toContain("\u001B");
    }
  });
});
