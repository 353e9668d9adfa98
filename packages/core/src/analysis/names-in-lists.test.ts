import { describe, expect, test } from "vitest";
import { after, dependenciesOf, echo, issuesOf, runtimeOf } from "../../test/analyze.ts";
import { HumanTaskService } from "../services/human-task-service.ts";

const runtime = runtimeOf((made) => made.provide(HumanTaskService, {} as never));
const node = (id: string, type: string, fields: object = {}): object => ({ id, type, ...fields });
const scope = (id: string, body: object[], more: object = {}): object => node(id, "scope", { body, ...more });
const choose = (id: string, ...cases: [string, object[]][]): object =>
  node(id, "switch", { cases: cases.map(([when, path]) => ({ when, path })) });
const loop = (id: string, body: object[]): object => node(id, "loop", { itemsSource: "[1]", body });
const reads = (id: string, expression: string): object => echo(id, { v: `{{ ${expression} }}` });
/** Code and place of each issue. */
const found = (...nodes: object[]): string[] => issuesOf(nodes, { runtime }).map(({ code, path }) => `${code} ${path}`);
const unseen = (...paths: string[]): string[] => paths.map((path) => `ICE_EXPRESSION_SCOPE /nodes/0/${path}`);

describe("the lists after the body of a scope", () => {
  const lists = (expression: string) => ({
    catch: { body: [reads("c", expression)] },
    compensate: { a: [loop("l", [reads("u", expression)])] },
    finally: [node("x", "tool", { toolName: "echo", when: `${expression} == null` })],
  });

  test.each(["error", "error.code", "a.v", "nodes.a.v", "outer.v", "inputs.n", "run.id"])("see %s", (expression) => {
    expect(found(scope("s", [echo("a")], lists(expression)), echo("outer"))).toEqual([]);
  });

  test.each(["ghost", "s", "later.x", "error.kode"])("do not see %s", (expression) => {
    const places = ["catch/body/0/toolArgs/v", "compensate/a/0/body/0/toolArgs/v", "finally/0/when"];
    expect(found(scope("s", [echo("a")], lists(expression)), loop("l2", [echo("later")]))).toEqual(unseen(...places));
  });

  test("do not see one another, and neither the body nor what follows the scope sees them", () => {
    const more = {
      catch: { body: [echo("c"), reads("c2", "x")] },
      compensate: { a: [echo("u"), reads("u2", "w")], b: [echo("w"), reads("w2", "u")] },
      finally: [echo("x"), reads("x2", "c")],
    };
    const nodes = [scope("s", [echo("a"), echo("b"), reads("d", "u")], more), reads("z", "a"), reads("y", "s.nodes.a")];
    expect(found(...nodes)).toEqual([
      ...unseen("body/2/toolArgs/v", "catch/body/1/toolArgs/v"),
      ...unseen("compensate/a/1/toolArgs/v", "compensate/b/1/toolArgs/v", "finally/1/toolArgs/v"),
      "ICE_EXPRESSION_SCOPE /nodes/1/toolArgs/v",
    ]);
  });

  test("are the only ones with `error`; no node can have that id", () => {
    expect(found(scope("s", [reads("a", "error.code")]))).toEqual(unseen("body/0/toolArgs/v"));
    expect(found(reads("a", "error"))).toEqual(unseen("toolArgs/v"));
    const inner = scope("t", [reads("b", "error.code")], { finally: [reads("y", "error.code")] });
    expect(found(scope("s", [echo("a")], { finally: [inner] }))).toEqual([]);
    expect(found(echo("error"))).toEqual(["ICE_NODE_ID_INVALID /nodes/0/id"]);
  });

  test("cannot have dependencies in other lists", () => {
    const more = { catch: { body: [echo("c", {}, after("a"))] } };
    expect(found(scope("s", [echo("a")], more))).toEqual([
      "ICE_DEPENDENCY_UNKNOWN /nodes/0/catch/body/0/dependencies/0",
    ]);
  });

  test("make the scope depend on what they read outside", () => {
    const more = {
      compensate: { a: [reads("u", "p.x")] },
      catch: { body: [reads("c", "q.x")] },
      finally: [reads("x", "r.x")],
      cancelOn: "stop:{{ t.x }}",
    };
    const outside = ["p", "q", "r", "t"].map((id) => echo(id));
    expect(dependenciesOf([scope("s", [echo("a")], more), ...outside])["s"]).toEqual(["p", "q", "r", "t"]);
  });
});

test("ids are unique over all lists of a node, and what is around them", () => {
  const used = (path: string): string => `ICE_NODE_ID_DUPLICATE /nodes/${path}/id`;
  const lists = { catch: { body: [echo("a")] }, compensate: { a: [echo("b"), echo("a")] }, finally: [echo("b")] };
  expect(found(scope("s", [echo("a")], lists))).toEqual([
    used("0/catch/body/0"),
    used("0/compensate/a/1"),
    used("0/finally/0"),
  ]);
  expect(found(choose("s", ["true", [echo("x")]], ["false", [echo("x")]], ["true", [echo("s")]]))).toEqual([
    used("0/cases/1/path/0"),
    used("0/cases/2/path/0"),
  ]);
  expect(found(scope("s", [echo("a")], { finally: [loop("l", [echo("z")])] }), echo("z"))).toEqual([
    used("0/finally/0/body/0"),
  ]);
  expect(found(scope("s", [echo("a")]), scope("t", [echo("a")]))).toEqual([]);
});

test.each([
  ["aa", 'did you mean "a"?'],
  ["inner", "name a node of `body`"],
  ["b", "name a node of `body`"],
])("`compensate` names nodes of the body alone: not %s", (id, fix) => {
  const more = { compensate: { [id]: [echo("u")] }, finally: [echo("b")] };
  const [issue, ...others] = issuesOf([scope("s", [echo("a"), loop("l", [echo("inner")])], more)]);
  expect(others).toEqual([]);
  expect(issue).toMatchObject({ code: "ICE_DEPENDENCY_UNKNOWN", path: `/nodes/0/compensate/${id}`, nodeId: "s" });
  expect(issue).toMatchObject({
    message: `there is no node "${id}" in \`body\``,
    fix: expect.stringContaining(fix.slice(0, 8)),
  });
});

describe("what cannot clean up", () => {
  const forbidden = [
    node("n", "human", { promptMessage: "?", approvalType: "approval" }),
    node("n", "wait", { seconds: 1 }),
    node("n", "end", { status: "completed" }),
    node("n", "monitor", { metricExpression: "true", actionOnTrigger: "alert", alertChannels: [] }),
  ];

  test.each(forbidden)("is refused in `compensate` and `finally`, at any depth, and nowhere else: %j", (given) => {
    const inside = (list: object[]) => [loop("l", [choose("c", ["true", list])])];
    const place = "0/body/0/cases/0/path/0/type";
    expect(found(scope("s", [echo("a")], { compensate: { a: inside([given]) } }))).toEqual([
      `ICE_BLUEPRINT_SCHEMA /nodes/0/compensate/a/${place}`,
    ]);
    expect(found(scope("s", [echo("a")], { finally: [scope("t", inside([given]))] }))).toEqual([
      `ICE_BLUEPRINT_SCHEMA /nodes/0/finally/0/body/${place}`,
    ]);
    expect(found(scope("s", inside([given])))).toEqual([]);
    expect(found(scope("s", [echo("a")], { catch: { body: inside([given]) } }))).toEqual([]);
  });
});

describe("the conditions of a switch", () => {
  test.each([
    ["1 +", "ICE_EXPRESSION_INVALID", /^`cases\[1\]\.when`: .*\(column 4\)/],
    ["1 + 1", "ICE_EXPRESSION_INVALID", /must return a boolean/],
    ["ghost > 1", "ICE_EXPRESSION_SCOPE", /`ghost` is not visible here/],
    ["b.x == 1", "ICE_EXPRESSION_SCOPE", /`b` runs inside "s" and is not visible here/],
    ["s.case == '0'", "ICE_EXPRESSION_SCOPE", /`s` is the node itself/],
    ["run.nothing == 1", "ICE_EXPRESSION_SCOPE", /`run\.nothing` cannot exist/],
  ])("are checked at their place: %s", (when, code, message) => {
    const issues = issuesOf([choose("s", ["true", [echo("a")]], [when, [echo("b")]])]);
    expect(issues).toMatchObject([{ code, path: "/nodes/0/cases/1/when", nodeId: "s" }]);
    expect(issues[0]!.message).toMatch(message);
  });

  test("make the switch depend on what they and its paths read", () => {
    const nodes = [
      choose("s", ["p.x > 1", [echo("a")]], ["q.x > 1", [reads("b", "r.x")]]),
      ...["p", "q", "r", "o"].map((id) => echo(id)),
    ];
    expect(dependenciesOf(nodes)["s"]).toEqual(["p", "q", "r"]);
  });

  test("leave only the declared output of the switch to what follows", () => {
    const switched = choose("s", ["true", [echo("a")]]);
    expect(found(switched, reads("z", "s.nodes.a.v"), reads("y", "s.case"))).toEqual([]);
    expect(found(switched, reads("z", "s.branch"), reads("y", "a.v"))).toEqual([
      "ICE_EXPRESSION_SCOPE /nodes/1/toolArgs/v",
      "ICE_EXPRESSION_SCOPE /nodes/2/toolArgs/v",
    ]);
  });
});

test.each([
  [node("n", "wait", { signal: "x" }), ["signal", "payload.deep", "id", "by", "at"], "name"],
  [node("n", "end", { status: "completed" }), ["status", "output.x", "error"], "code"],
  [scope("n", [echo("a")]), ["output.x", "nodes.a", "error.code"], "result"],
  [node("n", "loop", { itemsSource: "[1]", body: [echo("a")], parallel: true, settle: "first" }), [], "first"],
])("the output of a node is known before it runs: %j", (given, known, unknown) => {
  for (const field of known) expect(found(given, reads("z", `n.${field}`))).toEqual([]);
  expect(found(given, reads("z", `n.${unknown}`))).toEqual(["ICE_EXPRESSION_SCOPE /nodes/1/toolArgs/v"]);
});
