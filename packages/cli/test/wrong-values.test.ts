import { describe, expect, test } from "vitest";
import { ice } from "./fake-terminal.ts";

const issueOf = async (file: string): Promise<{ readonly message: string; readonly fix: string } | undefined> => {
  const { json } = await ice(["validate", "w.yaml", "--json"], { files: { "w.yaml": file } });
  return (json as { readonly issues: readonly { readonly message: string; readonly fix: string }[] }).issues[0];
};

const blueprint = (line: string): string =>
  `schemaVersion: ice/v1
name: w
nodes:
  - id: a
    type: tool
    toolName: echo
  - id: b
    type: ${/itemsSource|body/.test(line) ? "loop" : "tool"}
    ${/itemsSource/.test(line) ? "body: [{ id: c, type: tool, toolName: echo }]" : "toolName: echo"}
    ${line}
`;

describe("a value of the wrong kind", () => {
  test.each([
    ["timeoutSeconds: '10'", '`timeoutSeconds` must be a number, but is the string "10"'],
    ["when: true", "`when` must be a string, but is the boolean true"],
    ["itemsSource: [1, 2]", "`itemsSource` must be a string, but is a list"],
    ['itemsSource: ["a", "b"]', "`itemsSource` must be a string, but is a list"],
    ["dependencies: a", '`dependencies` must be a list, but is the string "a"'],
    ["name: 7", "`name` must be a string, but is the number 7"],
  ])("%s: the fix can be pasted in its place", async (line, message) => {
    const issue = (await issueOf(blueprint(line)))!;
    expect(issue.message).toBe(message);
    const [, fixed] = /`([^`]+)`$/.exec(issue.fix)!;
    expect(await issueOf(blueprint(fixed!))).toBeUndefined();
  });

  test.each([
    [
      "join: all_success",
      '`join` must be "all", or "strict", or "any", or "ended", or an object with atLeast, but is the string "all_success"',
      "use one of all, strict, any, ended",
    ],
    ["join: alll", expect.any(String), 'did you mean "all"?'],
    ["onError: { outptu: 1 }", expect.any(String), "an object has output"],
    [
      "retryPolicy: 3",
      "`retryPolicy` must be an object, but is the number 3",
      "write an object with maxAttempts, backoffStrategy, backoffSeconds, maxBackoffSeconds, jitter, retryOn, noRetryOn",
    ],
    [
      "retryPolicy: { maxAttempts: 0 }",
      "`retryPolicy.maxAttempts` must be at least 1, but is the number 0",
      "write a number that is at least 1",
    ],
    [
      "timeoutSeconds: 5s",
      '`timeoutSeconds` must be a number, but is the string "5s"',
      "write a number, without a unit and without quotes",
    ],
    [
      "toolArgs:",
      "`toolArgs`: expected an object",
      "indent its fields below it: they are missing, or at the same level",
    ],
    [
      "body: { id: c, type: tool }",
      "`body`: expected a list of nodes, at least 1",
      "write a list: each entry begins with `- `",
    ],
  ])("%s: the message names the expected type, the value and the fix", async (line, message, fix) => {
    const { json } = await ice(["validate", "w.yaml", "--json"], { files: { "w.yaml": blueprint(line) } });
    expect((json as { issues: unknown[] }).issues).toContainEqual(expect.objectContaining({ message, fix }));
  });
});

describe("a file of another kind", () => {
  const fields = "write the fields `schemaVersion: ice/v1`, `name` and `nodes`, a list, or name another file";
  test.each([
    ["", "the file is empty", fields],
    ["just a text\n", "this is a string", fields],
    ["version: 3\nservices: {}\n", "this has version, services", fields],
    ["{}\n", "this has no fields", fields],
    [
      "- { id: a, type: tool, toolName: echo }\n",
      "this is a list",
      "indent the list below `nodes:`, and write `schemaVersion: ice/v1` and `name: …` above it",
    ],
  ])("%j", async (file, what, fix) => {
    const message = `${what}, but a blueprint is an object with \`name\` and \`nodes\``;
    expect(await issueOf(file)).toMatchObject({ code: "ICE_BLUEPRINT_SCHEMA", message, fix, line: 1 });
  });

  test("a network", async () => {
    const { json } = await ice(["network", "validate", "n.yaml", "--json"], { files: { "n.yaml": "a: 1\n" } });
    expect(json).toMatchObject({ issues: [{ fix: expect.stringContaining("`schemaVersion: ice-network/v1`") }] });
  });

  test.each(["echo", "some text", "7", "null", "[]", "[{ id: a, type: tool, toolName: echo }]"])(
    "the entry %s is not a node: the fix shows what to write",
    async (entry) => {
      const file = (written: string): string => `schemaVersion: ice/v1\nname: w\nnodes:\n  - ${written}\n`;
      const issue = await issueOf(file(entry));
      expect(issue).toMatchObject({ message: "expected a node (an object with id and type)", line: 4 });
      const [, node] = /write a node: `([^`]+)`/.exec(issue!.fix) ?? [];
      if (!entry.startsWith("[")) expect(await issueOf(file(node!))).toBeUndefined();
      else expect(issue!.fix).toContain("move its nodes to the list around it");
    },
  );
});

describe("an invalid id", () => {
  test.each([
    ["1"],
    ["2nd-step"],
    ["my-step"],
    ["größe"],
    ["inputs"],
    ["__proto__"],
    ["true"],
    ["''"],
    ["'-'"],
    ["if"],
    ["a".repeat(70)],
  ])("%s: the fix says one that works", async (id) => {
    const file = (written: string): string =>
      `schemaVersion: ice/v1\nname: w\nnodes: [{ ${written}, type: tool, toolName: echo }]\n`;
    const issue = await issueOf(file(`id: ${id}`));
    const [, fixed] = /`(id: \w+)`$/.exec(issue?.fix ?? "")!;
    expect(await issueOf(file(fixed!))).toBeUndefined();
  });

  test("in a network too, and the item of a loop", async () => {
    const network = "schemaVersion: ice-network/v1\nname: n\nworkflows: [{ id: 7, ref: ./a.yaml }]\n";
    const { json } = await ice(["network", "validate", "n.yaml", "--json"], { files: { "n.yaml": network } });
    expect(json).toMatchObject({ issues: [{ fix: "write a valid id: `id: n7`" }] });
    const loop = {
      id: "l",
      type: "loop",
      itemsSource: "[1]",
      itemVar: "my-item",
      body: [{ id: "a", type: "tool", toolName: "echo" }],
    };
    const file = JSON.stringify({ schemaVersion: "ice/v1", name: "w", nodes: [loop] });
    expect((await issueOf(file))?.fix).toBe("choose another name, as in `my_item`");
  });
});

describe("a field of another workflow language", () => {
  test.each([
    ["if: a.x == 1", "when"],
    ["needs: [a]", "dependencies"],
    ["depends_on: [a]", "dependencies"],
    ["args: { x: 1 }", "toolArgs"],
    ["retries: 3", "retryPolicy"],
    ["timeout: 3", "timeoutSeconds"],
  ])("%s is %s", async (line, field) => {
    expect((await issueOf(blueprint(line)))?.fix).toBe(`did you mean "${field}"?`);
  });

  test("in a network too", async () => {
    const files = {
      "a.yaml": "schemaVersion: ice/v1\nname: a\nnodes: [{ id: a, type: tool, toolName: echo }]\n",
      "n.yaml": `schemaVersion: ice-network/v1
name: n
workflows: [{ id: a, ref: ./a.yaml }, { id: b, ref: ./a.yaml, depends_on: [a] }]
`,
    };
    const { json } = await ice(["network", "validate", "n.yaml", "--json"], { files });
    expect(json).toMatchObject({ issues: [{ path: "/workflows/1/depends_on", fix: 'did you mean "after"?' }] });
  });

  test("of unknown fields those of the type are listed first", async () => {
    expect((await issueOf(blueprint("zzzzzzzz: 1")))?.fix).toMatch(
      /^remove it, or use one of inputSchema, type, toolName, toolArgs, id/,
    );
  });
});
