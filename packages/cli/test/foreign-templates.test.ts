import { expect, test } from "vitest";
import { echo, ice, blueprint } from "./fake-terminal.ts";

interface Found {
  readonly severity: string;
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

const loop = (text: string): object => ({
  id: "each",
  type: "loop",
  itemsSource: "[1]",
  body: [echo("inner", { text })],
});

const issuesOf = async (nodes: readonly object[], more: object = {}): Promise<readonly Found[]> => {
  const files = { "w.json": blueprint(nodes, { inputs: { type: "object", properties: { n: {} } }, ...more }) };
  const { json, code } = await ice(["validate", "w.json", "--json"], { files });
  expect(code).toBe(0);
  return (json as { readonly issues: readonly Found[] }).issues;
};

test.each([
  ["n is ${inputs.n}", "n is {{ inputs.n }}"],
  ["n is ${ a.x }", "n is {{ a.x }}"],
  ["n is ${{ inputs.n }}", "n is {{ inputs.n }}"],
  ["${{ inputs.n }}", "{{ inputs.n }}"],
  ["n is #{inputs.n}", "n is {{ inputs.n }}"],
  ["n is <%= inputs.n %>", "n is {{ inputs.n }}"],
  ["n is <%- nodes.a.x -%>!", "n is {{ nodes.a.x }}!"],
  ["{{ inputs.n }} and ${inputs.n}", "{{ inputs.n }} and {{ inputs.n }}"],
])("%s is warned about, and both texts that the fix names validate", async (text, meant) => {
  const nodes = (written: string): object[] => [echo("a"), echo("b", { deep: [{ text: written }] })];
  const [found, ...more] = await issuesOf(nodes(text));
  expect([found, more]).toMatchObject([{ severity: "warning", path: "/nodes/1/toolArgs/deep/0/text" }, []]);
  const [, write = "", keep = ""] = /^write `(.*?)`; to keep .*, write `(.*)`$/.exec(found!.fix)!;
  const old = /[$#]\{[^{}]*\}|\$\{\{.*?\}\}|<%.*?%>/;
  expect(text.replace(old, () => write)).toBe(meant);
  expect(await issuesOf(nodes(meant))).toEqual([]);
  expect(await issuesOf(nodes(text.replace(old, () => keep)))).toEqual([]);
});

test("statements, items of a loop, outputs", async () => {
  expect(await issuesOf([echo("a", { text: "{% if inputs.n %}x{% endif %}" })])).toMatchObject([
    { message: "`{% if inputs.n %}` is plain text here", fix: expect.stringContaining("`when`") },
  ]);
  expect(await issuesOf([echo("a", { text: '{{ "{%" }} if inputs.n %}' })])).toEqual([]);
  expect(await issuesOf([loop("at ${item}")])).toMatchObject([{ path: "/nodes/0/body/0/toolArgs/text" }]);
  expect(await issuesOf([echo("a")], { outputs: { all: "x ${a.x}" } })).toMatchObject([{ path: "/outputs/all" }]);
});

test.each([
  "home is ${HOME}",
  "echo ${inputs.n}",
  "for item in 1 2; do rm ${item}; done",
  "const x = `at ${inputs.n}`",
  "rows.map((item) => item.x + ${item.y})",
  "${a}",
  "${other.x} and <%= other.x %> and {% raw %}",
  "{inputs.n}",
  "$5 for {{ inputs.n }}",
  "100%",
])("%s is allowed in a string", async (text) => {
  expect(await issuesOf([echo("a"), echo("b", { text })])).toEqual([]);
  expect(await issuesOf([echo("a"), loop(text)])).toEqual([]);
});

test("templates in code are not reported", async () => {
  const node = { id: "c", type: "code", language: "javascript", code: "return '${inputs.n} <%= inputs.n %>'" };
  expect((await issuesOf([node])).filter(({ message }) => message.includes("plain text"))).toEqual([]);
});
