import { celEnv, parse, plan } from "@bufbuild/cel";
import { expect, test } from "vitest";
import type { Json } from "../json/json.ts";
import { compileExpression } from "./compile-expression.ts";

const values: Record<string, Json> = {
  a: { n: 2.5, s: "text", l: [1.5, 2.5], m: { k: true } },
  t: true,
  f: false,
  s: "hello",
  z: null,
};

/** Another implementation of CEL reads the standard part of the language in the same way. */
test.each(
  `1 + 2 * 3 | (1 + 2) * 3 | 7 / 2 | -7 / 2 | 7 % 3 | -7 % 3 | 1.5 + 2.5 | 2.0 * 3.5 | 1.0 / 4.0 | -(2) | 1 < 2 | 2 <= 2 | 'a' < 'b' | 'a' + 'b'
  1 == 1 | 1 != 2 | 'a' == 'a' | [1, 2] == [1, 2] | {'a': 1} == {'a': 1} | true && false | true || false | !true | t ? 'x' : 'y' | f ? 1 : 2
  [1, 2, 3][1] | {'a': 5}['a'] | {'a': 5}.a | a.s | a.n | a.l[0] | a.m.k | size('héllo') | size([1, 2]) | size({'a': 1}) | s.size()
  'abc'.contains('b') | s.startsWith('he') | s.endsWith('lo') | s.matches('l+') | 1 in [1, 2] | 'k' in a.m | 'q' in a.m
  has(a.n) | has(a.q) | [1, 2, 3].all(x, x > 0) | [1, 2, 3].exists(x, x == 2) | [1, 2, 3].exists_one(x, x > 2) | [1, 2].map(x, x * 2) | [1, 2, 3].filter(x, x > 1)
  int('42') | int(3.9) | double(3) | double('2.5') | string(42) | string(true) | string(2.5) | bool('true') | a.l.map(x, x + 1.0) | z == null
  type(1) == int | type('a') == string | [] == [] | [[1], [2]][1][0] | true || a.q == 1 | f && a.q == 1 | 'a' in ['b'] | 2 > 1.5 | s + '!' | 10 - 3 - 2
  timestamp('2026-01-01T00:00:00Z') < timestamp('2026-01-02T00:00:00Z') | duration('60s') == duration('1m') | {'x': {'y': 1}}.x.y | [1, 2, 3].map(x, x > 1, x * 10)`
    .split(/[|\n](?![|])(?<!\|\|)/)
    .map((source) => source.trim())
    .filter((source) => source !== ""),
)("%s", (source) => {
  const environment = celEnv();
  const other = plan(environment, parse(source))(values as never) as unknown;
  const ours = compileExpression(source).evaluate({ get: (name) => values[name] });
  expect(ours).toEqual(toJson(other));
});

function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "object" && value !== null && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)].map(toJson);
  return value;
}
