import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { cpuTimeMs } from "../../test/cpu-time.ts";
import { compileExpression } from "./compile-expression.ts";
import { compileTemplate } from "./template.ts";

/** What an attacker would write where an expression is expected. Each must end in a documented code or a harmless value. */
const attacks: readonly string[] = [
  "constructor",
  "constructor.constructor('return process')()",
  "a.constructor",
  "a.constructor.prototype",
  "a['constructor']",
  "a['__proto__']",
  "a.__proto__.polluted",
  "{'__proto__': {'polluted': true}}",
  "{'constructor': {'prototype': {'polluted': true}}}.constructor",
  "merge(a, {'__proto__': {'polluted': true}})",
  'parseJson(\'{"__proto__": {"polluted": true}}\')',
  "[].constructor",
  "'x'.constructor",
  "(1).constructor",
  "a.toString()",
  "a.valueOf()",
  "a.hasOwnProperty('x')",
  "process",
  "process.env",
  "process.exit(1)",
  "globalThis",
  "global.process",
  "window",
  "this",
  "require('fs')",
  "import('fs')",
  "eval('1')",
  "Function('return 1')()",
  "new Function('return 1')",
  "setTimeout(1)",
  "fetch('http://127.0.0.1')",
  "console.log(1)",
  "`${1}`",
  "${7*7}",
  "#{7*7}",
  "<%= 7*7 %>",
  "{{7*7}}",
  "{% for x in y %}",
  "{{constructor.constructor('return this')()}}",
  "() => 1",
  "function() { return 1 }",
  "a = 1",
  "a; b",
  "a, b",
  "// comment",
  "/* x */ 1",
  "1 // 2",
  "delete a.x",
  "typeof a",
  "void 0",
  "async",
  "await a",
  "a?.b",
  "a ?? b",
  "a === b",
  "a!.b",
  "a as any",
  "a |> b",
  "\u0000",
  "'\u0000'",
  "\u2028",
  "аdmin",
  "a.b.c.d.e.f.g.h.i.j.k",
  "1".repeat(4000),
  "-".repeat(4000) + "1",
  "!".repeat(4000) + "true",
  "[".repeat(4000),
  "a" + "[0]".repeat(1000),
  "'".repeat(4000),
  '"\\'.repeat(1000),
  "1e999",
  "0x" + "f".repeat(100),
  "99999999999999999999999",
  "-9223372036854775809",
  "1u - 2u",
  "duration('999999999999999999s')",
  "timestamp('+999999-01-01T00:00:00Z')",
  "timestamp(99999999999999999)",
  "'a'.matches('(' + s + ')')",
  "s.matches(s)",
  "l.map(l, l)",
  "l.map(x, x.map(y, y))",
  "cel.bind(x, [1], x + x)",
  "optional.of(optional.of(1))",
  "optional.none().value()",
  "type(type(1))",
  "dyn",
  "bytes('x') + b'y'",
  "sort(l)",
  "secrets.key",
  "nodes",
  "nodes[s]",
  "inputs",
];

const scope = {
  get: (name: string) => ({ a: Object.freeze({ x: 1 }), l: Object.freeze([1, 2]), s: "x".repeat(100) })[name],
};

test.each(attacks.map((source) => [source.slice(0, 60), source]))("%s reaches nothing", (_name, source) => {
  const before = [
    Object.getOwnPropertyNames(Object.prototype).length,
    Object.getOwnPropertyNames(Array.prototype).length,
  ];
  const started = cpuTimeMs();
  const outcome = attempt(() => compileExpression(source).evaluate(scope));
  const templated = attempt(() => compileTemplate(`x {{ ${source} }}`)?.evaluate(scope));
  expect(cpuTimeMs() - started).toBeLessThan(500);
  for (const result of [outcome, templated]) {
    if ("code" in result) expect(result.code).toMatch(/^ICE_EXPRESSION_(INVALID|LIMIT|FAILED)$/);
    else expect(JSON.stringify(result.value) ?? "").not.toMatch(/function|process|\[object|native code/);
  }
  expect([
    Object.getOwnPropertyNames(Object.prototype).length,
    Object.getOwnPropertyNames(Array.prototype).length,
  ]).toEqual(before);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("expressions work in a process that cannot make code from strings", () => {
  const script = `
    import { compileExpression } from ${JSON.stringify(new URL("compile-expression.ts", import.meta.url).href)};
    const scope = { get: (name) => ({ a: { n: 2 }, s: "aab" })[name] };
    const sources = ["a.n + 1", "[3, 1].map(x, x * 2)", "sum([1, 2.5])", "s.matches('a+b')", "a.?q.orValue(7)"];
    console.log(JSON.stringify(sources.map((source) => compileExpression(source).evaluate(scope))));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--disallow-code-generation-from-strings", "--disable-proto=throw", "--input-type=module", "-e", script],
    { encoding: "utf8" },
  );
  expect(stdout.trim() || stderr).toBe("[3,[6,2],3.5,true,7]");
});

function attempt(work: () => unknown): { readonly value: unknown } | { readonly code: string } {
  try {
    return { value: work() };
  } catch (error) {
    return { code: String((error as { code?: unknown }).code ?? error) };
  }
}
