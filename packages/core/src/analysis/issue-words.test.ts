import type { ServiceKey } from "../registry/service-key.ts";
import { describe, expect, test } from "vitest";
import { after, echo, issuesOf, runtimeOf } from "../../test/analyze.ts";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import { builtinNodes } from "../nodes/builtin-nodes.ts";
import { analyzeBlueprint } from "./analyze-blueprint.ts";

describe("messages of issues", () => {
  test("a misspelt field is one issue, with a suggestion", () => {
    expect(issuesOf([{ id: "a", type: "tool", toolNam: "echo" }])).toEqual([
      {
        code: "ICE_BLUEPRINT_SCHEMA",
        severity: "error",
        nodeId: "a",
        path: "/nodes/0/toolNam",
        message: "unknown field `toolNam`",
        fix: 'did you mean "toolName"?',
      },
    ]);
  });

  test("the field of an issue is named once", () => {
    const wait = (more: object): object[] => [{ id: "w", type: "wait", ...more }];
    expect(issuesOf(wait({ seconds: 1, buffer: false }))).toMatchObject([{ message: "`buffer` requires `signal`" }]);
    expect(issuesOf(wait({ signal: "a b" }))).toMatchObject([
      { message: "`signal`: `a b` is not the name of a signal" },
    ]);
  });

  test("a rule that names the field which is misspelt is no further issue", () => {
    const fixes = (node: object): unknown[] => issuesOf([{ id: "n", ...node }]).map(({ fix }) => fix);
    expect(fixes({ type: "wait", signals: "paid" })).toEqual(['did you mean "signal"?']);
    expect(fixes({ type: "workflow", workflowRef: "other", detach: true, runId: "x" })).toContain(
      'did you mean "detached"?',
    );
    expect(issuesOf([{ id: "n", type: "wait", buffers: false }])).toHaveLength(2);
  });

  test.each([
    [{ type: "wait", seconds: "2d" }, "two days are `seconds: 172800`"],
    [{ type: "wait", seconds: " 90 " }, "remove the quotes: `seconds: 90`"],
    [{ type: "wait", at: "2030-01-31" }, "`2030-01-31T09:00:00+01:00`"],
    [{ type: "wait", at: 1_900_000_000 }, "`at: 1900000000000`"],
    [{ type: "wait", signal: "a b" }, "letters, digits"],
    [{ type: "wait", duration: 5 }, 'did you mean "seconds"?'],
    [{ type: "tool", toolName: "echo", join: 2 }, "write `join: { atLeast: 2 }`"],
    [{ type: "tool", toolName: "echo", cache: { ttl: 5 } }, 'did you mean "ttlSeconds"?'],
    [{ type: "switch", cases: [{ when: "true", steps: [echo("a")] }] }, 'did you mean "path"?'],
    [{ type: "switch", cases: [{ when: "true", path: [echo("a")] }], default: [echo("b")] }, '"otherwise"'],
    [{ type: "scope", body: [echo("a")], rollback: {} }, 'did you mean "compensate"?'],
    [{ type: "wait", signal: "a", requires: ["gpu"] }, 'remove it: a node of type "wait" has no `requires`'],
    [{ type: "end", status: "completed", retryPolicy: {} }, 'remove it: a node of type "end" has no `retryPolicy`'],
    [{ type: "wait", signal: "a", retries: 2 }, "remove it, or use one of"],
  ])("%j says what to write", (node, fix) => {
    expect(issuesOf([{ id: "n", ...node }])).toMatchObject([{ fix: expect.stringContaining(fix) }]);
  });

  test("the name of the queue of runs cannot be required", () => {
    expect(issuesOf([{ id: "n", type: "tool", toolName: "echo", requires: ["runs"] }])).toMatchObject([
      { message: expect.stringContaining("another name than `runs`") },
    ]);
  });

  test("a node in a container that is read as a field of its output is found in `nodes`", () => {
    const scope = { id: "s", type: "scope", body: [echo("a")] };
    expect(issuesOf([scope, echo("b", { x: "{{ s.a.x }}" })])).toMatchObject([{ fix: "write `s.nodes.a`" }]);
  });

  test("a node of another list of the same scope cannot be read", () => {
    const compensate = { a: [echo("undo_a")], b: [echo("undo_b", { x: "{{ undo_a.x }}" })] };
    expect(issuesOf([{ id: "s", type: "scope", body: [echo("a"), echo("b")], compensate }])).toMatchObject([
      { message: '`undo_a` runs inside "s" and is not visible here', fix: "only nodes of its own list can read it" },
    ]);
  });

  test("an `error` that is not visible is explained by where there is one", () => {
    const [issue] = issuesOf([echo("a", { text: "{{ error.code }}" })]);
    expect(issue).toMatchObject({ code: "ICE_EXPRESSION_SCOPE", fix: expect.stringContaining("`finally` of a scope") });
  });

  test("all issues are reported at once: at most 100, and the number of the rest", () => {
    const issues = issuesOf(Array.from({ length: 150 }, (_, index) => echo(`n${index}`, {}, after("absent"))));
    expect(issues).toHaveLength(100);
    expect(issues[99]!.message).toBe("51 more issues are not shown");
    expect(
      issuesOf([echo("a", {}, after("x")), echo("a"), { id: "b", type: "nope" }])
        .map(({ code }) => code)
        .toSorted(),
    ).toEqual(["ICE_DEPENDENCY_UNKNOWN", "ICE_NODE_ID_DUPLICATE", "ICE_NODE_TYPE_UNKNOWN"]);
  });

  test("an error behind a hundred warnings is shown, and makes the blueprint invalid", () => {
    const warned = Array.from({ length: 150 }, (_, index) =>
      echo(`n${index}`, {}, index === 0 ? {} : { join: { atLeast: 2 }, dependencies: ["n0"] }),
    );
    const { issues, analyzed } = analyzeBlueprint(
      { name: "w", nodes: [...warned, echo("last", {}, after("absent"))] },
      { runtime: runtimeOf() },
    );
    expect(analyzed).toBeUndefined();
    expect(issues).toHaveLength(100);
    expect(issues.filter(({ code }) => code === "ICE_DEPENDENCY_UNKNOWN")).toHaveLength(1);
    expect(issues[99]).toMatchObject({ severity: "error", message: "51 more issues are not shown" });
  });

  test("issues of unknown fields list the existing ones if no name is similar, at any depth", () => {
    expect(issuesOf([echo("a", {}, { retryPolicy: { maxAttempts: 1, zzzzz: 1 } })])).toMatchObject([
      {
        path: "/nodes/0/retryPolicy/zzzzz",
        fix: expect.stringMatching(/^remove it, or use one of maxAttempts, backoffStrategy,/),
      },
    ]);
    expect(issuesOf([echo("a", {}, { retryPolicy: { maxAttempt: 1 } })])).toMatchObject([
      { path: "/nodes/0/retryPolicy/maxAttempt", fix: 'did you mean "maxAttempts"?' },
    ]);
    expect(issuesOf([echo("a")], { settings: { failurePolicy: "halt", budgets: {} } })).toMatchObject([
      { path: "/settings/budgets", fix: 'did you mean "budget"?' },
    ]);
  });

  test("an unknown workflow: the fix is a suggestion, the registered ones, or how to refer to a file", () => {
    const runtime = runtimeOf((own) => own.workflows.register({ name: "etl", version: "1.0.0", nodes: [] }));
    const fixOf = (workflowRef: string) => issuesOf([{ id: "w", type: "workflow", workflowRef }], { runtime })[0]!.fix;
    expect(fixOf("elt")).toBe('did you mean "etl"?');
    expect(fixOf("billing")).toContain("registered workflows: etl@1.0.0");
    expect(fixOf("child.yaml")).toBe("to refer to a file, write its path relative to this file: ./child.yaml");
    expect(fixOf("parts\\child.json")).toContain("./parts/child.json");
  });

  test("a delay beyond the cap is a warning", () => {
    const withPolicy = (retryPolicy: object) => issuesOf([echo("a", {}, { retryPolicy })]);
    expect(withPolicy({ backoffStrategy: "fixed", backoffSeconds: 3600 })).toMatchObject([
      {
        severity: "warning",
        path: "/nodes/0/retryPolicy/backoffSeconds",
        fix: "write maxBackoffSeconds: 3600 beside it",
      },
    ]);
    expect(withPolicy({ backoffSeconds: 3600, maxBackoffSeconds: 3600 })).toEqual([]);
    expect(withPolicy({ backoffSeconds: 60 })).toEqual([]);
  });

  test("an input with a name similar to a declared one is a warning, although others are allowed", () => {
    const inputs = { type: "object", properties: { name: { type: "string" } } };
    const reading = (text: string, schema: object = inputs) => issuesOf([echo("a", { v: text })], { inputs: schema });
    const warning = {
      severity: "warning",
      code: "ICE_EXPRESSION_SCOPE",
      path: "/nodes/0/toolArgs/v",
      fix: 'did you mean "name"?',
    };
    expect(reading("{{ inputs.nam }}")).toMatchObject([warning]);
    expect(reading("{{ inputs.?nmae.orValue(1) }}", { ...inputs, additionalProperties: true })).toMatchObject([
      warning,
    ]);
    expect(reading("{{ inputs.name }} {{ inputs.unrelated }}")).toEqual([]);
    expect(reading("{{ inputs.nam }}", { ...inputs, additionalProperties: false })).toMatchObject([
      { severity: "error" },
    ]);
  });

  const huge = "y".repeat(900_000);
  test.each<[string, unknown, object?]>([
    ["a tool", [echo("a", {}, { toolName: huge })]],
    ["an id", [echo(huge)]],
    ["a type", [{ id: "a", type: huge }]],
    ["a dependency", [echo("a", {}, after(huge))]],
    ["a field", [echo("a", {}, { [huge]: 1 })]],
    ["a field of a field", [echo("a", {}, { retryPolicy: { [huge]: 1 } })]],
    ["an argument", [echo("a", { [huge]: 1 }, { toolName: "sum" })]],
    ["an expression", [echo("a", {}, { when: huge })]],
    ["a template", [echo("a", { [huge]: `{{ ${huge} }}` })]],
    ["a workflow", [{ id: "a", type: "workflow", workflowRef: huge }]],
    ["a file", [{ id: "a", type: "workflow", workflowRef: `./${huge}` }]],
    [
      "a watched node",
      [{ id: "m", type: "monitor", metricExpression: "true", watch: [huge], actionOnTrigger: "alert" }],
    ],
    [
      "a channel",
      [{ id: "m", type: "monitor", metricExpression: "true", alertChannels: [huge], actionOnTrigger: "alert" }],
    ],
    ["a source", [{ id: "r", type: "recursive", recursiveSources: [huge], convergenceCondition: "true" }]],
    ["a local", [{ id: "l", type: "loop", itemsSource: "[1]", itemVar: huge, body: [echo("b")] }]],
    ["a keyword", [echo("a", {}, { outputSchema: { [huge]: 1 } })]],
    ["a reference", [echo("a", {}, { outputSchema: { $ref: huge } })]],
    ["a version", [echo("a")], { schemaVersion: huge }],
    ["a name", [echo("a")], { name: huge }],
    ["a field of the blueprint", [echo("a")], { [huge]: 1 }],
    [
      "an input",
      [echo("a", { v: `{{ inputs["${"x".repeat(3000)}"] }}` })],
      { inputs: { type: "object", additionalProperties: false } },
    ],
    ["an output", [echo("a")], { outputs: { [huge]: "{{ b }}" } }],
    ["one of two equal ids", [{ id: "c", type: "condition", expression: huge, truePath: [echo(huge), echo(huge)] }]],
  ])("%s of 900 KB is not repeated", (_name, nodes, more = {}) => {
    const issues = issuesOf(nodes, more as never);
    expect(issues).not.toEqual([]);
    expect(JSON.stringify(issues).length).toBeLessThan(6000);
  });

  test("ten thousand unknown names are answered at once", () => {
    const id = (index: number): string => `n${String(index).padStart(63, "x")}`;
    const started = cpuTimeMs();
    const nodes = Array.from({ length: 1000 }, (_, index) => echo(id(index)));
    const unknown = Array.from({ length: 10_000 }, (_, index) => id(index + 5000));
    expect(issuesOf([...nodes, echo("z", {}, after(...unknown))])).toHaveLength(100);
    expect(cpuTimeMs() - started).toBeLessThan(3000);
  });

  test("every expression of a field that does not compile, and what the others read", () => {
    const args = { a: "{{ 1 + }} and {{ nofun(1) }}", b: ["{{ absent }}", "{{ 2 * }}"], c: "{{ open" };
    const issues = issuesOf([echo("n", args)]).map(({ code, path }) => `${code} ${path}`);
    expect(issues.toSorted()).toEqual([
      "ICE_EXPRESSION_INVALID /nodes/0/toolArgs/a",
      "ICE_EXPRESSION_INVALID /nodes/0/toolArgs/a",
      "ICE_EXPRESSION_INVALID /nodes/0/toolArgs/b/1",
      "ICE_EXPRESSION_INVALID /nodes/0/toolArgs/c",
      "ICE_EXPRESSION_SCOPE /nodes/0/toolArgs/b/0",
    ]);
    const exposed = { x: "output.", y: "output.b", z: "(" };
    const child = { id: "w", type: "workflow", workflowRef: "absent", exposedOutputs: exposed };
    expect(issuesOf([child]).filter(({ code }) => code === "ICE_EXPRESSION_INVALID")).toMatchObject([
      { path: "/nodes/0/exposedOutputs/x" },
      { path: "/nodes/0/exposedOutputs/z" },
    ]);
  });

  test("a template that does not compile is not also reported as a wrong argument", () => {
    expect(issuesOf([{ id: "s", type: "tool", toolName: "sum", toolArgs: { a: "{{ 1 + }}" } }])).toMatchObject([
      { code: "ICE_EXPRESSION_INVALID" },
    ]);
  });

  test.each(["a.ok", "a.?ok", "a.?ok.orValue(false)", "a.n > 1", "a.x ? a.y : false", "dyn(1)", "true"])(
    "a condition that may be a boolean is left to the run: %s",
    (when) => {
      expect(issuesOf([echo("a"), echo("b", {}, { when })])).toEqual([]);
    },
  );

  test("a node that cannot be parsed is not also reported as an unknown dependency", () => {
    expect(issuesOf([{ id: "a", type: "tool" }, echo("b", { x: "{{ a.y }}" }, after("a"))])).toHaveLength(1);
  });

  test("a join that can never be satisfied is a warning", () => {
    const { issues, analyzed } = analyzeBlueprint(
      { name: "w", nodes: [echo("a"), echo("b", {}, { ...after("a"), join: { atLeast: 2 } })] },
      { runtime: runtimeOf() },
    );
    expect(issues).toMatchObject([{ code: "ICE_JOIN_IMPOSSIBLE", severity: "warning", path: "/nodes/1/join" }]);
    expect(analyzed).toBeDefined();
  });

  test.each<[object, object[]]>([
    [{ onTimeout: "reject" }, [{ severity: "warning", path: "/nodes/0/onTimeout", fix: "add `timeoutSeconds`" }]],
    [{ onTimeout: { escalateTo: "boss", timeoutSeconds: 60 } }, [{ severity: "warning" }]],
    [{ onTimeout: "reject", timeoutSeconds: 60 }, []],
    [{ onTimeout: "fail" }, []],
  ])("`onTimeout` without a deadline is a warning: %j", (fields, warnings) => {
    const runtime = runtimeOf((made) => made.provide({ name: "humanTaskService" }, 1));
    const human = { id: "h", type: "human", promptMessage: "?", approvalType: "approval", ...fields };
    expect(issuesOf([human], { runtime })).toMatchObject(warnings);
    expect(issuesOf([human], { runtime })).toHaveLength(warnings.length);
  });

  test.each(["llm", "human", "code"])(
    "%s is refused while its service is missing, and accepted when it is there",
    (type) => {
      const fields = {
        llm: { model: "a/b", prompt: "?" },
        human: { promptMessage: "?", approvalType: "approval" },
        code: { language: "javascript", code: "1" },
      }[type];
      const [need] = builtinNodes[type as "llm"].needs;
      expect(issuesOf([{ id: "a", type, ...fields }])).toMatchObject([
        { code: "ICE_SERVICE_MISSING", path: "/nodes/0/type" },
      ]);
      expect(
        issuesOf([{ id: "a", type, ...fields }], {
          runtime: runtimeOf((runtime) =>
            runtime.provide(need! as ServiceKey<unknown>, { describe: () => [{ model: "a/b" }] }),
          ),
        }),
      ).toEqual([]);
    },
  );
});
