import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseText, type ParsedText } from "./parse-text.ts";

const yaml = (text: string | Uint8Array, limits = {}): ParsedText => parseText(text, { format: "yaml", limits });
const valueOf = (parsed: ParsedText): unknown => (parsed.ok ? parsed.value : parsed.issues);

describe("YAML 1.2, as JSON", () => {
  test.each<[string, unknown]>([
    ["a: 1\nb: [1.5, -2e3, 0x1F, 0o17, .5]\n", { a: 1, b: [1.5, -2000, 31, 15, 0.5] }],
    ["[true, True, false, null, ~, ]", [true, true, false, null, null]],
    ["[yes, no, on, off, y, 2026-01-01, 12:30:00]", ["yes", "no", "on", "off", "y", "2026-01-01", "12:30:00"]],
    ["a: '1'\nb: \"x\\u00e9\\n\"\nc: !", { a: "1", b: "xé\n" }],
    ["a: |\n  line 1\n  line 2\nb: >-\n  folded\n  text\n", { a: "line 1\nline 2\n", b: "folded text" }],
    ["a:\nb: {}\nc: []\n", { a: null, b: {}, c: [] }],
    ["# nothing\n", null],
    ["--- {a: {{ x }}}\n", undefined],
    ["\uFEFFa: 1", { a: 1 }],
    ["1: one\ntrue: two\n", { "1": "one", true: "two" }],
  ])("%j", (text, expected) => {
    const parsed = yaml(text);
    if (expected === undefined || text.includes("!")) expect(parsed.ok).toBe(false);
    else expect(valueOf(parsed)).toEqual(expected);
  });

  test("values on one line and across lines are located", () => {
    const parsed = yaml("name: x\nnodes:\n  - id: a\n    args: { deep: [1, { key: value }] }\n  - id: b\n");
    if (!parsed.ok) throw new Error("it is valid");
    expect(parsed.locate("/nodes/0/args/deep/1/key")).toEqual({ line: 4, column: 30 });
    expect(parsed.locate("/nodes/1/id")).toEqual({ line: 5, column: 9 });
    expect(parsed.locate("/nodes/1/missing/deeper")).toEqual({ line: 5, column: 5 });
    expect(parsed.locate("")).toEqual({ line: 1, column: 1 });
  });

  test.each([
    ["name: a\nnodes:\n  - {{ id: x\n  - id: y\n    type: tool\n", { line: 3, column: 5 }],
    ["a: {{ x\nb: 1\n", { line: 1, column: 4 }],
    ["nodes:\n  - {{ id: x }}\n", { line: 2, column: 5 }],
  ])("a template without quotes is reported where it stands, not where the parser noticed: %j", (text, place) => {
    expect(yaml(text)).toMatchObject({ issues: [{ message: "a template needs quotes around it", ...place }] });
  });

  test("keys with slashes and tildes are found by their pointer", () => {
    const parsed = yaml("a/b:\n  ~c: 1\n");
    if (!parsed.ok) throw new Error("it is valid");
    expect(parsed.locate("/a~1b/~0c")).toEqual({ line: 2, column: 7 });
  });
});

describe("JSON is strict", () => {
  test.each([
    ['{\n  "a": 1,\n}', { line: 3, column: 1 }],
    ["{'a': 1}", { line: 1, column: 2 }],
    ['{"a": NaN}', { line: 1, column: 7 }],
    ['{"a": 1', { line: 1, column: 8 }],
    ["", { line: 1, column: 1 }],
  ])("%j", (text, place) => {
    const parsed = parseText(text, { format: "json" });
    expect(parsed).toMatchObject({ ok: false, issues: [{ code: "ICE_BLUEPRINT_SYNTAX", ...place }] });
  });
});

test("every JSON value reads as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value, null, 2);
      if (/"(?:__proto__|constructor|prototype)"|\\u|[eE]/.test(text)) return;
      expect(valueOf(parseText(text, { format: "json" }))).toEqual(JSON.parse(text));
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("any bytes are read or refused without a crash", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const parsed = yaml(bytes);
      if (!parsed.ok) expect(parsed.issues[0]?.code).toMatch(/^ICE_BLUEPRINT_(SYNTAX|LIMIT|SCHEMA)$/);
    }),
    { seed: 3, numRuns: 500 },
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."{}[]:-? \n&*!|>'\"#%@`a1~<,.\t".split("")), maxLength: 60 }),
      (text) => {
        const parsed = yaml(text);
        if (!parsed.ok) expect(parsed.issues.length).toBeGreaterThan(0);
      },
    ),
    { seed: 4, numRuns: 2000 },
  );
});

test("all errors are reported at once, each with its position", () => {
  const parsed = yaml("a: &x 1\nb: *x\nc: !!str 2\nd: 1\nd: 2\n? [k]\n: 3\n<<: {}\n");
  if (parsed.ok) throw new Error("it is not valid");
  expect(parsed.issues.map(({ line, message }) => `${line} ${message}`)).toEqual([
    "1 anchors (`&x`) are not allowed",
    "2 aliases (`*x`) are not allowed",
    "3 tags (`!!str`) are not allowed",
    "5 the key `d` occurs twice",
    "6 a key must be a plain name",
    "8 merge keys (`<<`) are not allowed",
  ]);
});

test.each<[string, object]>([
  [
    "v: {{ a.b }}\n",
    { line: 1, message: "a template needs quotes around it", fix: expect.stringContaining('v: "{{ a.b }}"') },
  ],
  [
    'v: {{ a["b"] }}/x\n',
    { message: "a template needs quotes around it", fix: expect.stringContaining(`v: '{{ a["b"] }}/x'`) },
  ],
  ["a:\n  - {{ x }}\n", { line: 2, fix: expect.stringContaining('- "{{ x }}"') }],
  ["a: {{ x }} and {{ y }}\n", { fix: expect.stringContaining('a: "{{ x }} and {{ y }}"') }],
  ["- { a: 1, b: {{ x }}, c: 2 }\n", { fix: expect.stringMatching(/template: b: "\{\{ x \}\}"$/) }],
  ["- { a: { b: hi {{ x }} } }\n", { fix: expect.stringMatching(/template: b: "hi \{\{ x \}\}"$/) }],
  ["a: [1, {{ x }}]\n", { fix: expect.stringMatching(/template: "\{\{ x \}\}"$/) }],
  ["when: !inputs.skip\n", { fix: expect.stringContaining('when: "!inputs.skip"') }],
  ["when: !has(x)\n", { fix: expect.stringContaining('when: "!has(x)"') }],
  ["a: !!str 1\n", { fix: expect.stringContaining("remove the tag") }],
  ["file: *.csv\n", { fix: expect.stringContaining('file: "*.csv"') }],
  ["to: @kim\n", { message: "a value cannot begin with `@`", fix: 'quote the value: to: "@kim"' }],
  ["a: `x`\n", { fix: 'quote the value: a: "`x`"' }],
  [
    "prompt: Answer: yes or no\n",
    { message: expect.stringContaining("`: `"), fix: 'quote the value: prompt: "Answer: yes or no"' },
  ],
  ["a: - b\n", { fix: expect.stringContaining('a: "- b"') }],
  ["a: 'it's'\n", { message: "there is text after the closing quote", fix: expect.stringContaining("a: \"'it's'\"") }],
  ['when: "x" == y\n', { fix: expect.stringContaining("when: '\"x\" == y'") }],
  ["a:\n\tb: 1\n", { line: 2, message: "tabs are not allowed as indentation" }],
  ["a: {% if x %}\n", { fix: expect.stringContaining("`when`") }],
  ["a:1\nb: 2\n", { fix: "write a space after the colon: a: …" }],
  ["a: 1\n---\nb: 2\n", { line: 2, message: "the file holds more than one document" }],
  ["a: |\n  x\n  --- y\n\n---\nb: 2\n", { line: 5 }],
])("a common slip, and what to write: %j", (text, issue) => {
  expect(yaml(text)).toMatchObject({ ok: false, issues: [{ code: "ICE_BLUEPRINT_SYNTAX", ...issue }] });
});

test.each<[string, unknown]>([
  ["a: [1,\t2,\t3]\n", { a: [1, 2, 3] }],
  ['a: [\t1, x\ty, "p\tq"\t]\nb: {c:\t1,\td: [\t]}\n', { a: [1, "x\ty", "p\tq"], b: { c: 1, d: [] } }],
  ["a: [\t1]\nb: |\n  x\ty\nc: p\tq\n", { a: [1], b: "x\ty\n", c: "p\tq" }],
])("tabs between the parts of flow lists and maps: %j", (text, value) => {
  expect(valueOf(yaml(text))).toEqual(value);
});

test("a long line of blanks and tabs is parsed quickly", () => {
  const started = performance.now();
  yaml(`a: [1,${" \t".repeat(300_000)}\n`);
  yaml(`a: [\t${"-\t".repeat(300_000)}\n`);
  expect(performance.now() - started).toBeLessThan(3000);
});

test("the owner's limits hold", () => {
  expect(yaml("a: 1", { maxBytes: 3 })).toMatchObject({ ok: false, issues: [{ code: "ICE_BLUEPRINT_LIMIT" }] });
  expect(yaml("a: [[[1]]]", { maxDepth: 3 })).toMatchObject({ ok: false, issues: [{ code: "ICE_BLUEPRINT_LIMIT" }] });
});

test.each([
  ["/a/0", 1, 5],
  ["/a/11", 1, 28],
  ["/a/12/b", 2, 6],
  ["/a/12/b/0/c", 2, 11],
  ["/a/01", 1, 4],
  ["/a/-1", 1, 4],
  ["/a/99/x", 1, 4],
  ["/e", 3, 4],
  ["/e/0", 3, 4],
])("%s is located at %i:%i", (pointer, line, column) => {
  const text = "a: [0,1,2,3,4,5,6,7,8,9,{},[],\n {b: [{c: 1}]}]\ne: []\n";
  const parsed = parseText(text, { format: "yaml" });
  expect(parsed.ok && parsed.locate(pointer)).toEqual({ line, column });
});
