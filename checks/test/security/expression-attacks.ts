import type { Attack } from "./oracle.ts";

/** A workflow whose second node computes `source`, as a template over the output of the first. */
const template = (source: string, args = "{ n: 1, s: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, l: [1, 2, 3] }"): string =>
  `schemaVersion: ice/v1
name: attack
inputs: { type: object, additionalProperties: true }
nodes:
  - { id: a, type: tool, toolName: echo, toolArgs: ${args} }
  - { id: b, type: tool, toolName: echo, toolArgs: { value: ${JSON.stringify(`{{ ${source} }}`)} } }
outputs: { value: "{{ b.value }}" }
`;
const attack = (source: string, answer: string, more: Partial<Attack> = {}): Attack => ({
  name: source.length > 70 ? `${source.slice(0, 67)}…` : source,
  text: template(source),
  answer,
  ...more,
});
const invalid = (source: string): Attack => attack(source, "ICE_EXPRESSION_INVALID");
const unknown = (source: string): Attack => attack(source, "ICE_EXPRESSION_SCOPE");
const failed = (source: string): Attack => attack(source, "ICE_EXPRESSION_FAILED");
const limit = (source: string, more: Partial<Attack> = {}): Attack => attack(source, "ICE_EXPRESSION_LIMIT", more);

/** Group B: expressions and templates. */
export const expressionAttacks: readonly Attack[] = [
  ...[
    "process",
    "globalThis",
    "global",
    "require",
    "module",
    "Function",
    "Object",
    "constructor",
    "window",
    "self",
  ].map((name) => unknown(`${name}.x`)),
  ...["eval('1')", "Function('return process')()", "require('fs')", "import('fs')", "fetch('http://127.0.0.1')"].map(
    invalid,
  ),
  ...["`${1}`", "() => 1", "a = 1", "a; b", "a.n++", "new Date()", "delete a.n", "a?.n", "a['n'"].map(invalid),
  ...["a.toString()", "a.valueOf()", "a.constructor('return process')()"].map(invalid),
  failed("a.__proto__"),
  failed("a.constructor"),
  failed("a['__proto__']"),
  failed("a.l.at(0)"),
  { ...attack("1 // x", "harmless"), output: { value: 1 } },
  invalid("{'__proto__': 1}"),
  failed("a['const' + 'ructor']"),
  failed("a['__pro' + 'to__']"),
  failed("a.l[99]"),
  failed("a.n / 0"),
  { ...attack('parseJson(\'{"__proto__": {"polluted": 1}, "x": 1}\')', "harmless"), output: { value: { x: 1 } } },
  failed("a.s + a.n"),
  { ...attack("'{{ process }}'", "harmless"), output: { value: "{{ process }}" } },
  limit(`${"(".repeat(1500)}1${")".repeat(1500)}`),
  limit("1+".repeat(1000) + "1"),
  limit(`'${"x".repeat(5000)}'`),
  limit(`[${"1,".repeat(1500)}1]`),
  limit("!".repeat(3000) + "true"),
  limit("range(10000).map(x, range(10000).map(y, x * y))"),
  limit("range(100).map(x, range(100).map(y, range(100).map(z, x * y * z)))"),
  limit("range(10000).map(x, range(10000).exists(y, y < 0))"),
  limit("range(1000000000)"),
  limit("range(10000).map(i, a.s + a.s + a.s + a.s)"),
  limit("replace(join(range(10000).map(i, a.s), ''), 'a', a.s)"),
  limit("range(10000).exists(i, range(9000).exists(j, i + j < 0))"),
  limit("range(10000).exists(i, range(9000) == range(9001)) || true"),
  { ...attack("a.s.matches('^(a+)+$!')", "harmless"), output: { value: false } },
  { ...attack("a.s.matches('^(a|a|a|a|aa)*!$')", "harmless"), output: { value: false } },
  failed(`a.s.matches('${"(a{1,1000}){1,1000}".repeat(50)}')`),
  failed("a.s.matches('(')"),
  {
    name: "a template that was smuggled in as data is text",
    text: template("a.s", "{ s: \"{{ '{{' }} process.env }}\" }"),
    answer: "harmless",
    output: { value: "{{ process.env }}" },
  },
  ...["${7*7}", "#{7*7}", "<%= 7*7 %>", "{% for x in y %}{% endfor %}", "${{7*7}}".slice(0, 2)].map((text): Attack => ({
    name: `${text} is text`,
    text: template("a.s", JSON.stringify({ s: text })),
    answer: "harmless",
    output: { value: text },
  })),
  {
    name: "a name of another scope",
    text: `schemaVersion: ice/v1
name: attack
nodes:
  - id: each
    type: loop
    itemsSource: "[1]"
    body:
      - { id: inner, type: tool, toolName: echo }
  - { id: b, type: tool, toolName: echo, toolArgs: { x: "{{ inner }}" } }
`,
    answer: "ICE_EXPRESSION_SCOPE",
  },
  {
    name: "an expression as the name of a tool",
    text: `schemaVersion: ice/v1
name: attack
nodes:
  - { id: a, type: tool, toolName: "{{ 'echo' }}" }
`,
    answer: "ICE_TOOL_UNKNOWN",
  },
  {
    name: "a condition that is no boolean",
    text: `schemaVersion: ice/v1
name: attack
nodes:
  - { id: a, type: tool, toolName: echo, toolArgs: { s: x } }
  - { id: b, type: tool, toolName: echo, when: "a.s" }
`,
    answer: "ICE_EXPRESSION_FAILED",
  },
];
