import { Buffer } from "node:buffer";
import type { Attack } from "./oracle.ts";

const head = "schemaVersion: ice/v1\nname: attack\n";
const node = (id: string, more = ""): string => `  - { id: ${id}, type: tool, toolName: echo${more} }\n`;
const blueprint = (nodes: string, more = ""): string => `${head}${more}nodes:\n${nodes}`;
const json = (value: unknown): string => JSON.stringify(value);
const toolNode = { id: "a", type: "tool", toolName: "echo" };
const envelope = { schemaVersion: "ice/v1", name: "attack" };
/** A blueprint of exactly `size` bytes. */
const ofSize = (size: number): string => {
  const text = `${blueprint(node("a"))}# `;
  return text + "x".repeat(size - text.length);
};
const nest = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** Group A: contents of blueprint files. */
export const blueprintAttacks: readonly Attack[] = [
  {
    name: "an alias bomb",
    text: `${head}a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join("")}nodes: *a30\n`,
    answer: "ICE_BLUEPRINT_SYNTAX",
  },
  { name: "an alias of itself", text: blueprint("  - &n { id: a, deps: *n }\n"), answer: "ICE_BLUEPRINT_SYNTAX" },
  { name: "a merge key", text: blueprint("  - { <<: { id: a }, type: tool }\n"), answer: "ICE_BLUEPRINT_SYNTAX" },
  {
    name: "__proto__ as a key",
    text: blueprint(node("a", ", __proto__: { polluted: true }")),
    answer: "ICE_BLUEPRINT_SCHEMA",
  },
  {
    name: "__proto__ in arguments, as JSON",
    format: "json",
    text: `{"schemaVersion":"ice/v1","name":"x","nodes":[{"id":"a","type":"tool","toolName":"echo","toolArgs":{"__proto__":{"polluted":true}}}]}`,
    answer: "ICE_BLUEPRINT_SCHEMA",
  },
  {
    name: "an escaped __proto__",
    format: "json",
    text: `{"schemaVersion":"ice/v1","name":"x","nodes":[],"\\u005f_proto__":{"polluted":true}}`,
    answer: "ICE_BLUEPRINT_SCHEMA",
  },
  {
    name: "constructor.prototype in arguments",
    text: blueprint(node("a", ", toolArgs: { constructor: { prototype: { polluted: 1 } } }")),
    answer: "ICE_BLUEPRINT_SCHEMA",
  },
  ...[
    "!!js/function 'function () { return 1 }'",
    "!!js/regexp /x/",
    "!!python/object/apply:os.system ['id']",
    "!<tag:yaml.org,2002:binary> aGk=",
    "!custom 1",
    "!!timestamp 2026-01-01",
  ].map((value): Attack => ({
    name: `the tag ${value.slice(0, 24)}`,
    text: blueprint(node("a", `, toolArgs: { x: ${value} }`)),
    answer: "ICE_BLUEPRINT_SYNTAX",
  })),
  { name: "a duplicate key", text: `${blueprint(node("a"))}name: other\n`, answer: "ICE_BLUEPRINT_SYNTAX" },
  {
    name: "a duplicate key as JSON",
    format: "json",
    text: `{"schemaVersion":"ice/v1","name":"a","name":"b","nodes":[]}`,
    answer: "ICE_BLUEPRINT_SYNTAX",
  },
  {
    name: "50,000 keys",
    text: `${blueprint(node("a"))}metadata:\n${Array.from({ length: 50_000 }, (_, i) => `  k${i}: ${i}\n`).join("")}`,
    answer: "harmless",
    withinMs: 500,
  },
  { name: "a depth of a million", text: nest(500_000), answer: "ICE_BLUEPRINT_LIMIT" },
  { name: "a depth of a million, as JSON", format: "json", text: nest(500_000), answer: "ICE_BLUEPRINT_LIMIT" },
  { name: "a million open brackets", text: "[".repeat(1_000_000), answer: "ICE_BLUEPRINT_LIMIT" },
  { name: "a million open braces", text: "{a: ".repeat(250_000), answer: "ICE_BLUEPRINT_LIMIT" },
  { name: "a million dashes", text: "- ".repeat(500_000), answer: "ICE_BLUEPRINT_LIMIT" },
  { name: "exactly the size that is allowed", text: ofSize(1_048_576), answer: "harmless", output: { a: {} } },
  { name: "one byte more", text: ofSize(1_048_577), answer: "ICE_BLUEPRINT_LIMIT" },
  { name: "ten times the size", text: ofSize(10_485_760), answer: "ICE_BLUEPRINT_LIMIT" },
  { name: "invalid UTF-8", text: Buffer.from([0x6e, 0x3a, 0xff, 0xfe, 0x80]), answer: "ICE_BLUEPRINT_SYNTAX" },
  { name: "overlong UTF-8", text: Buffer.from([0x6e, 0x3a, 0x20, 0xc0, 0xaf]), answer: "ICE_BLUEPRINT_SYNTAX" },
  { name: "UTF-16", text: Buffer.from(blueprint(node("a")), "utf16le"), answer: "ICE_BLUEPRINT_SYNTAX" },
  {
    name: "a lone surrogate in UTF-8",
    text: Buffer.from([0x6e, 0x3a, 0x20, 0xed, 0xa0, 0x80]),
    answer: "ICE_BLUEPRINT_SYNTAX",
  },
  {
    name: "a lone surrogate, escaped",
    format: "json",
    text: `{"schemaVersion":"ice/v1","name":"a","nodes":[{"id":"a","type":"tool","toolName":"echo","toolArgs":{"x":"\\ud800"}}]}`,
    answer: "ICE_BLUEPRINT_SYNTAX",
  },
  { name: "a NUL byte", text: `${blueprint(node("a"))}# \u0000\n`, answer: "ICE_BLUEPRINT_SYNTAX" },
  { name: "an escape sequence in a name", text: blueprint(node('"a\\e[2Jb"')), answer: "ICE_NODE_ID_INVALID" },
  { name: "a look-alike id", text: blueprint(node("p\u0430yment")), answer: "ICE_NODE_ID_INVALID" },
  { name: "an id that is a path", text: blueprint(node('"../../etc/passwd"')), answer: "ICE_NODE_ID_INVALID" },
  { name: "an id with a line break", text: blueprint(node('"a\\nb"')), answer: "ICE_NODE_ID_INVALID" },
  { name: "an id of 100,000 letters", text: blueprint(node("a".repeat(100_000))), answer: "ICE_NODE_ID_INVALID" },
  { name: "an id that is a name of the language", text: blueprint(node("inputs")), answer: "ICE_NODE_ID_INVALID" },
  { name: "an id `constructor`", text: blueprint(node("constructor")), answer: "ICE_NODE_ID_INVALID" },
  { name: "not a number", text: blueprint(node("a", ", toolArgs: { x: .nan }")), answer: "ICE_BLUEPRINT_SYNTAX" },
  { name: "infinity", text: blueprint(node("a", ", timeoutSeconds: .inf")), answer: "ICE_BLUEPRINT_SYNTAX" },
  {
    name: "1e400",
    format: "json",
    text: `{"schemaVersion":"ice/v1","name":"a","nodes":[{"id":"a","type":"tool","toolName":"echo","timeoutSeconds":1e400}]}`,
    answer: "ICE_BLUEPRINT_SYNTAX",
  },
  {
    name: "2^53 + 1",
    text: blueprint(node("a", ", toolArgs: { x: 9007199254740993 }")),
    answer: "ICE_BLUEPRINT_SYNTAX",
  },
  {
    name: "a negative time-out",
    text: blueprint(node("a", ", timeoutSeconds: -1")),
    answer: "ICE_BLUEPRINT_SCHEMA",
  },
  {
    name: "a retry without end",
    text: blueprint(node("a", ", retry: { maxAttempts: 1000000000 }")),
    answer: "ICE_BLUEPRINT_SCHEMA",
  },
  {
    name: "16,000 nodes",
    text: json({ ...envelope, nodes: Array.from({ length: 16_000 }, (_, i) => ({ ...toolNode, id: `n${i}` })) }),
    format: "json",
    answer: "ICE_BLUEPRINT_LIMIT",
    withinMs: 1000,
  },
  {
    name: "a node with 100,000 dependencies",
    text: json({
      ...envelope,
      nodes: [{ ...toolNode, dependencies: Array.from({ length: 100_000 }, (_, i) => `b${i}`) }],
    }),
    format: "json",
    answer: "ICE_DEPENDENCY_UNKNOWN",
    withinMs: 500,
  },
  {
    name: "a cycle of 10,000",
    text: json({
      ...envelope,
      nodes: Array.from({ length: 10_000 }, (_, i) => ({
        id: `n${i}`,
        type: "tool",
        toolName: "echo",
        dependencies: [`n${(i + 1) % 10_000}`],
      })),
    }),
    format: "json",
    answer: "ICE_GRAPH_CYCLE",
    withinMs: 1000,
  },
  {
    name: "an unknown type",
    text: blueprint("  - { id: a, type: shell, command: id }\n"),
    answer: "ICE_NODE_TYPE_UNKNOWN",
  },
  {
    name: "a type that is an import path",
    text: blueprint('  - { id: a, type: "file:///etc/passwd" }\n'),
    answer: "ICE_NODE_TYPE_UNKNOWN",
  },
  { name: "a type `__proto__`", text: blueprint("  - { id: a, type: __proto__ }\n"), answer: "ICE_NODE_TYPE_UNKNOWN" },
  {
    name: "a tool `constructor`",
    text: blueprint("  - { id: a, type: tool, toolName: constructor }\n"),
    answer: "ICE_TOOL_UNKNOWN",
  },
  {
    name: "a sub-workflow outside the folder",
    text: blueprint("  - { id: a, type: workflow, workflowRef: ../../../../etc/passwd }\n"),
    answer: "ICE_FILE_DENIED",
  },
  {
    name: "a sub-workflow by address",
    text: blueprint('  - { id: a, type: workflow, workflowRef: "http://127.0.0.1/x.yaml" }\n'),
    answer: "ICE_WORKFLOW_UNKNOWN",
  },
  {
    name: "the secret as a sub-workflow",
    text: blueprint("  - { id: a, type: workflow, workflowRef: ./secret.txt }\n"),
    answer: "ICE_BLUEPRINT_SCHEMA",
  },
  {
    name: "a file outside the folder",
    text: blueprint("  - { id: a, type: tool, toolName: text_read, toolArgs: { path: /etc/passwd } }\n"),
    answer: "ICE_FILE_DENIED",
  },
  {
    name: "a workflow that calls itself",
    text: blueprint("  - { id: a, type: workflow, workflowRef: ./attack.yaml }\n"),
    answer: "ICE_DEPTH_LIMIT",
  },
  {
    name: "two documents",
    text: `${blueprint(node("a"))}---\n${blueprint(node("b"))}`,
    answer: "ICE_BLUEPRINT_SYNTAX",
  },
  { name: "a list as a key", text: blueprint(node("a", ", ? [x] : 1")), answer: "ICE_BLUEPRINT_SYNTAX" },
  { name: "nothing", text: "", answer: "ICE_BLUEPRINT_SCHEMA" },
  { name: "a number", text: "42", answer: "ICE_BLUEPRINT_SCHEMA" },
  { name: "another version", text: "schemaVersion: ice/v999\nname: a\nnodes: []\n", answer: "ICE_SCHEMA_VERSION" },
  {
    name: "a regular expression that backtracks, in a schema",
    text: blueprint(
      node(
        "a",
        ", outputSchema: { type: string, pattern: '^(a+)+$' }, toolArgs: { s: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! }",
      ),
    ),
    answer: "ICE_OUTPUT_INVALID",
  },
  {
    name: "a schema that refers to itself without end",
    text: blueprint(node("a", ", outputSchema: { $ref: '#' }")),
    answer: "ICE_BLUEPRINT_SCHEMA",
  },
  {
    name: "a schema from an address",
    text: blueprint(node("a", ", outputSchema: { $ref: 'http://127.0.0.1/s.json' }")),
    answer: "ICE_BLUEPRINT_SCHEMA",
  },
];
