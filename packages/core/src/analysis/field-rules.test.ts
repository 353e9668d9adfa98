import { expect, test } from "vitest";
import { z } from "zod";
import { nodeFields } from "../blueprint/node-fields.ts";
import { validateNodeId } from "../blueprint/node-id.ts";
import { jsonSchemaSchema, jsonValueSchema } from "../json/value-schemas.ts";
import { nodeListSchema } from "../nodes/base.ts";
import { builtinNodes } from "../nodes/builtin-nodes.ts";
import { defineNode, type NodeDefinition } from "../nodes/define-node.ts";
import type { FieldRule } from "../nodes/field-rule.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import { createRuntime } from "../runtime/runtime.ts";
import { analyzeBlueprint } from "./analyze-blueprint.ts";

/** A plugin's type that uses each rule. */
const route = defineNode({
  type: "route",
  config: z.object({
    cases: z.array(z.strictObject({ when: z.string(), label: z.string(), nodes: nodeListSchema })).default([]),
    limits: z.record(z.string(), z.strictObject({ most: z.string(), note: z.string().optional() })).default({}),
    answer: jsonSchemaSchema.optional(),
    payload: jsonValueSchema.optional(),
    again: z.array(z.string()).default([]),
  }),
  inputField: "payload",
  fields: {
    "cases[].when": {
      syntax: "expression",
      result: "boolean",
      phase: "lazy",
      locals: ["row", "line", "output"],
      members: { row: ["id"] },
    },
    "cases[].label": { syntax: "template" },
    "limits.*.most": { syntax: "expression" },
    answer: { syntax: "schema" },
    payload: { syntax: "template" },
    again: { syntax: "backEdges", group: "round", locals: ["round", "state"] },
  },
  children: ({ cases }) =>
    cases.map(({ nodes }, index) => ({
      key: `cases.${index}`,
      keys: ["cases", index, "nodes"],
      nodes,
      locals: ["row"],
    })),
});

/** Its field names mean something else in built-in types. */
const report = defineNode({
  type: "report",
  config: z.object({ jsonSchema: z.boolean(), responseSchema: z.string() }),
});

function analyze(nodes: object[], types: readonly NodeDefinition[] = [...Object.values(builtinNodes), route, report]) {
  const runtime = createRuntime();
  for (const definition of types) runtime.nodes.register(definition.type, { definition, execute: () => null });
  return analyzeBlueprint({ name: "w", nodes }, { runtime });
}
const issuesOf = (...nodes: object[]) => analyze(nodes).issues;
const text = (id: string, more: object = {}) => ({
  id,
  type: "report",
  jsonSchema: true,
  responseSchema: "x",
  ...more,
});
let entries = 0;
const one = (fields: object) => ({ label: "", nodes: [text(`inner${(entries += 1)}`)], when: "true", ...fields });

test.each<[string, object[], object]>([
  [
    "an expression in an entry of a list",
    [{ id: "r", type: "route", cases: [one({}), one({ when: "1 +" })] }],
    { code: "ICE_EXPRESSION_INVALID", path: "/nodes/0/cases/1/when", message: /^`cases\[1\]\.when`: / },
  ],
  [
    "an expression that gives another type",
    [{ id: "r", type: "route", cases: [one({ when: "'yes'" })] }],
    { code: "ICE_EXPRESSION_INVALID", path: "/nodes/0/cases/0/when", message: /must return a boolean/ },
  ],
  [
    "a name that is not there",
    [{ id: "r", type: "route", cases: [one({ when: "absent.x == 1" })] }],
    { code: "ICE_EXPRESSION_SCOPE", path: "/nodes/0/cases/0/when" },
  ],
  [
    "a member that a local does not have",
    [{ id: "r", type: "route", cases: [one({ when: "row.name == 1" })] }],
    { code: "ICE_EXPRESSION_SCOPE", path: "/nodes/0/cases/0/when", message: /no "name"/ },
  ],
  [
    "a template in an entry of a list",
    [{ id: "r", type: "route", cases: [one({ label: "a {{ 1 + }}" })] }],
    { code: "ICE_EXPRESSION_INVALID", path: "/nodes/0/cases/0/label" },
  ],
  [
    "an expression in a value of a map",
    [{ id: "r", type: "route", limits: { "a/b": { most: "absent" } } }],
    { code: "ICE_EXPRESSION_SCOPE", path: "/nodes/0/limits/a~1b/most" },
  ],
  [
    "a JSON Schema with an unknown keyword",
    [{ id: "r", type: "route", answer: { type: "string", minimumLength: 1 } }],
    { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/answer/minimumLength", message: /^answer: / },
  ],
  [
    "a back edge to a node that is not there",
    [{ id: "r", type: "route", again: ["absent"] }],
    { code: "ICE_DEPENDENCY_UNKNOWN", path: "/nodes/0/again/0" },
  ],
  [
    "a node whose id a field binds",
    [text("line"), { id: "r", type: "route", cases: [one({})] }],
    { code: "ICE_NODE_ID_INVALID", path: "/nodes/1", message: /"line" is the id of a node/ },
  ],
])("a type of a plugin: %s is found at its place", (_what, nodes, { message, ...issue }: { message?: RegExp }) => {
  expect(issuesOf(...nodes)).toContainEqual(
    expect.objectContaining({ ...issue, message: expect.stringMatching(message ?? /./) as unknown }),
  );
});

test("text beside an expression is not evaluated", () => {
  expect(issuesOf({ id: "r", type: "route", limits: { a: { most: "1", note: "{{ 1 + }}" } } })).toEqual([]);
});

test("nodes that are read inside a field become dependencies", () => {
  const cases = [one({ when: "row.id == 1 && output == 2 && a.x == 1", label: "{{ b }}" })];
  const { analyzed, issues } = analyze([
    text("a"),
    text("b"),
    text("c"),
    { id: "r", type: "route", cases, limits: { l: { most: "c" } } },
  ]);
  expect(issues).toEqual([]);
  expect(analyzed!.nodes.nodes[3]!.dependencies).toEqual([0, 1, 2]);
});

test("eager values inside a field are replaced in place; lazy ones are separate fields", () => {
  const cases = [one({ label: "{{ 1 + 1 }}" }), one({ label: "plain", when: "false" })];
  const { analyzed } = analyze([{ id: "r", type: "route", cases, limits: { a: { most: "3 * 3", note: "{{ n }}" } } }]);
  const { fields } = analyzed!.nodes.nodes[0]!;
  const scope = { value: () => undefined, has: () => false, names: () => [] } as never;
  expect([...fields.keys()].toSorted()).toEqual(["cases", "cases[0].when", "cases[1].when", "limits"]);
  expect(fields.get("cases[1].when")!.evaluate(scope)).toBe(false);
  expect(fields.get("cases")!.evaluate(scope)).toEqual([{ ...cases[0], label: 2 }, cases[1]]);
  expect(fields.get("cases")!.value).toEqual(cases);
  expect(fields.get("limits")!.evaluate(scope)).toEqual({ a: { most: 9, note: "{{ n }}" } });
});

test("a back edge of a plugin's type folds the nodes between into the group that its rule names", () => {
  const draft = { id: "draft", type: "route", again: ["review"] };
  const review = text("review", { dependencies: ["draft"], responseSchema: "{{ round }} {{ state }}" });
  const { analyzed, issues } = analyze([draft, review]);
  expect(issues).toEqual([]);
  const [folded, ...others] = analyzed!.nodes.nodes;
  expect(others).toEqual([]);
  expect(folded!.children.get("round")).toMatchObject({
    locals: ["round", "state"],
    nodes: [{ node: { id: "review" } }],
  });
});

test("the fix for a cycle names the field that can declare it, of any registered type", () => {
  const cycle = [text("a", { dependencies: ["b"] }), text("b", { dependencies: ["a"] })];
  const fixOf = (...types: NodeDefinition[]) => analyze(cycle, types).issues[0]?.fix;
  expect(fixOf(report, builtinNodes.recursive)).toMatch(/a recursive node declare the back edge \(recursiveSources\)/);
  expect(fixOf(report, route)).toMatch(/a route node declare the back edge \(again\)/);
  expect(fixOf(report)).toBe("remove one of the dependencies");
});

test("the name of a field does not make it a JSON Schema", () => {
  expect(issuesOf(text("a"))).toEqual([]);
});

test("`inputSchema` checks the field that the type names", () => {
  expect(route.inputField).toBe("payload");
  expect(nodeFields(route).find(({ path }) => path === "inputSchema")!.description).toMatch(/`payload`/);
  expect(issuesOf({ id: "r", type: "route", payload: 1, inputSchema: { type: "number" } })).toEqual([]);
});

test("the reference shows what is evaluated inside a field", () => {
  const types = Object.fromEntries(nodeFields(route).map(({ path, type }) => [path, type]));
  expect(types).toMatchObject({ "cases[].when": "CEL", "cases[].label": "template", "limits.*.most": "CEL" });
});

test("names that a built-in type binds are not ids", () => {
  const rules = Object.values<NodeDefinition>(builtinNodes).flatMap(({ fields }) => Object.values(fields));
  const { itemVar, indexVar } = builtinNodes.loop.config.shape;
  const bound = new Set([
    ...rules.flatMap((rule: FieldRule) => ("locals" in rule ? rule.locals : [])),
    ...[itemVar, indexVar].map((name) => name.parse(undefined)),
  ]);
  expect(bound).toEqual(new Set(["item", "index", "state", "iteration", "metrics", "output"]));
  for (const name of bound) expect(validateNodeId(name)).toMatch(/is reserved/);
});

test("a service that a type or one of its nodes needs is named by its key", () => {
  const Mailer = serviceKey<{ send(): void }>("mailer");
  const Printer = serviceKey<object>("printer");
  const letter = defineNode({
    type: "letter",
    config: z.object({ print: z.boolean().default(false) }),
    needs: [Mailer],
    uses: ({ print }) => (print ? { services: [{ service: Printer, keys: ["print"] }] } : {}),
  });
  const missing = (...provided: ServiceKey<unknown>[]) => {
    const runtime = createRuntime();
    runtime.nodes.register("letter", { definition: letter, execute: () => null });
    for (const key of provided) runtime.provide(key, {});
    const { issues } = analyzeBlueprint({ name: "w", nodes: [{ id: "a", type: "letter", print: true }] }, { runtime });
    return issues.map(({ code, path, message }) => [code, path, /service "(\w+)"/.exec(message)?.[1]]);
  };
  const mailer = ["ICE_SERVICE_MISSING", "/nodes/0/type", "mailer"];
  const printer = ["ICE_SERVICE_MISSING", "/nodes/0/print", "printer"];
  expect(missing()).toEqual([mailer, printer]);
  expect(missing(Mailer)).toEqual([printer]);
  expect(missing(serviceKey("mailer"), Printer)).toEqual([]);
});

test("the error of a scope has the fields that its lists can read", () => {
  const end = { id: "e", type: "end", status: "failed", message: "{{ error.path }} {{ error.mesage }}" };
  const scope = { id: "s", type: "scope", body: [text("t")], catch: { body: [end] } };
  expect(issuesOf(scope)).toMatchObject([
    {
      code: "ICE_EXPRESSION_SCOPE",
      path: "/nodes/0/catch/body/0/message",
      fix: expect.stringContaining("message"),
    },
  ]);
});
