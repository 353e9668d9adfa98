import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Json, type Plugin, type PluginHost, type ToolDefinition } from "@ice/core";
import { createFileAccess } from "@ice/host";
import { describe, expect, test } from "vitest";
import { createTools, toolPack } from "../src/index.ts";
import { callTool } from "./call-tool.ts";
import { folderWith } from "./folder.ts";

/** The tools of the pack, bound to a folder with these files. */
function toolsOver(files: Readonly<Record<string, string | Uint8Array>> = {}, maxFileBytes = 1000) {
  const folder = folderWith(files);
  const tools = createTools();
  const access = createFileAccess({ directory: folder, write: ["."], maxFileBytes });
  const call = (name: keyof typeof tools, args: Json, signal?: AbortSignal) =>
    callTool(tools[name] as never, args, { files: access, signal });
  return { folder, call, read: (name: string) => readFileSync(join(folder, name), "utf8") };
}
const rejection = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("json_read", () => {
  test.each([
    ["an object", '{"a": [1, null, "x"]}', { a: [1, null, "x"] }],
    ["a text with a byte order mark", '\uFEFF"x"', "x"],
    ["null", "null", null],
  ])("%s is the output itself", async (_name, text, value) => {
    const { call } = toolsOver({ "a.json": text });
    expect(await call("jsonRead", { path: "a.json" })).toEqual(value);
  });

  test("a key __proto__ is dropped, at any depth", async () => {
    const { call } = toolsOver({ "a.json": '{"a": {"__proto__": {"polluted": true}, "b": 1}}' });
    const value = await call("jsonRead", { path: "a.json" });
    expect(JSON.stringify(value)).toBe('{"a":{"b":1}}');
    expect((value as { a: object }).a).not.toHaveProperty("polluted");
  });

  test.each([
    ['{"a":[1,{"id":1234567890123456789}]}', "/a/1/id"],
    ["-9007199254740993", ""],
    ['{"n":1e999}', "/n"],
  ])("a number that would lose precision is refused with its place: %s", async (text, pointer) => {
    const { call } = toolsOver({ "a.json": text });
    expect(await rejection(call("jsonRead", { path: "a.json" }))).toMatchObject({
      code: "ICE_TOOL_FAILED",
      message: expect.stringContaining(pointer || "the top level"),
      details: { pointer },
    });
  });

  test("numbers that are exact, and digits in strings, are read", async () => {
    const text = '{"a":9007199254740991,"b":"1234567890123456789","c":0.1}';
    const { call } = toolsOver({ "a.json": text });
    expect(await call("jsonRead", { path: "a.json" })).toEqual(JSON.parse(text));
  });

  test("what is not JSON fails, naming the file", async () => {
    const { call } = toolsOver({ "a.json": "{ a: 1 }" });
    expect(await rejection(call("jsonRead", { path: "a.json" }))).toMatchObject({
      code: "ICE_TOOL_FAILED",
      message: expect.stringMatching(/^"a\.json" is not JSON: /),
      fix: "correct the file",
    });
  });
});

test("json_read takes a million objects, lists and keys, whatever the strings contain", async () => {
  const lists = (length: number): string => `[${"[],".repeat(length - 1)}"{[:"]`;
  const { call } = toolsOver({ "most.json": lists(1_000_000), "more.json": lists(1_000_001) }, 4_000_000);
  expect(await call("jsonRead", { path: "most.json" })).toHaveLength(1_000_000);
  expect(await rejection(call("jsonRead", { path: "more.json" }))).toMatchObject({
    code: "ICE_TOOL_FAILED",
    message: '"more.json" has more than 1000000 objects, lists and keys.',
    fix: "split the file, or keep tables as CSV",
  });
});

describe("json_write", () => {
  test("a value is written indented or on one line, and reads back the same", async () => {
    const { call, read } = toolsOver();
    const value = { a: [1, "ü", null] };
    expect(await call("jsonWrite", { path: "out/a.json", value })).toEqual({ path: "out/a.json", bytes: 43 });
    expect(read("out/a.json")).toBe('{\n  "a": [\n    1,\n    "ü",\n    null\n  ]\n}\n');
    expect(await call("jsonRead", { path: "out/a.json" })).toEqual(value);
    await call("jsonWrite", { path: "b.json", value, pretty: false });
    expect(read("b.json")).toBe('{"a":[1,"ü",null]}\n');
  });

  test("null is a value, undefined is not", async () => {
    const { call, read, folder } = toolsOver();
    await call("jsonWrite", { path: "a.json", value: null });
    expect(read("a.json")).toBe("null\n");
    expect(await rejection(call("jsonWrite", { path: "b.json" }))).toMatchObject({ issues: [{ path: ["value"] }] });
    expect(readdirSync(folder)).toEqual(["a.json"]);
  });

  test("it reports the size of the file in bytes", async () => {
    const { call, read } = toolsOver();
    const { bytes } = (await call("jsonWrite", { path: "a.json", value: "grün" })) as { bytes: number };
    expect(bytes).toBe(Buffer.byteLength(read("a.json")));
  });
});

describe("text_read", () => {
  test("a byte order mark is dropped, and other encodings are read by name", async () => {
    const { call } = toolsOver({ "bom.txt": "\uFEFFhi", "latin.txt": Uint8Array.of(0x67, 0xfc, 0x6e) });
    expect(await call("textRead", { path: "bom.txt" })).toEqual({ text: "hi", bytes: 5 });
    expect(await call("textRead", { path: "latin.txt", encoding: "latin1" })).toEqual({ text: "gün", bytes: 3 });
  });
});

describe("text_write", () => {
  test("a text replaces the file; append adds to it", async () => {
    const { call, read } = toolsOver({ "a.txt": "old" });
    expect(await call("textWrite", { path: "a.txt", text: "new\n" })).toEqual({ path: "a.txt", bytes: 4 });
    expect(await call("textWrite", { path: "a.txt", text: "more\n", append: true })).toEqual({
      path: "a.txt",
      bytes: 5,
    });
    expect(read("a.txt")).toBe("new\nmore\n");
  });

  test("an empty text creates an empty file", async () => {
    const { call, read } = toolsOver({ "a.txt": "old" });
    await call("textWrite", { path: "a.txt", text: "" });
    expect(read("a.txt")).toBe("");
  });
});

test.each([
  ["csvRead", {}],
  ["jsonRead", {}],
  ["textRead", {}],
  ["jsonWrite", { value: 1 }],
  ["textWrite", { text: "x" }],
  ["textWrite", { text: "x", append: true }],
] as const)(
  "%s %j touches nothing outside, takes no unknown argument and stops when it is cancelled",
  async (name, args) => {
    const { call, folder } = toolsOver({ "a.txt": "1" });
    expect(await rejection(call(name, { path: "../x", ...args }))).toMatchObject({ code: "ICE_FILE_DENIED" });
    expect(await rejection(call(name, { path: "a.txt", mode: "rw", ...args }))).toMatchObject({
      issues: [{ code: "unrecognized_keys", keys: ["mode"] }],
    });
    expect(await rejection(call(name, { path: "a.txt", ...args }, AbortSignal.abort("enough")))).toBe("enough");
    expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("1");
  },
);

test.each(["csvRead", "jsonRead", "textRead"] as const)(
  "%s refuses bytes that are not of the encoding",
  async (name) => {
    const { call } = toolsOver({ "a.txt": Uint8Array.of(0x22, 0xfc, 0x22) });
    expect(await rejection(call(name, { path: "a.txt" }))).toMatchObject({
      code: "ICE_TOOL_FAILED",
      details: { offset: 1 },
    });
    expect(JSON.stringify(await call(name, { path: "a.txt", encoding: "windows-1252" }))).toContain("ü");
  },
);

test("maxFileBytes bounds the tools", async () => {
  const { call } = toolsOver({ "a.txt": "x".repeat(1001) });
  expect(await rejection(call("textRead", { path: "a.txt" }))).toMatchObject({ code: "ICE_FILE_DENIED" });
  expect(await rejection(call("textWrite", { path: "b.txt", text: "x".repeat(1001) }))).toMatchObject({
    code: "ICE_FILE_DENIED",
  });
});

test("the plugin registers every tool of the pack, each with its side effects", async () => {
  const registered: ToolDefinition[] = [];
  const host = { registerTool: (tool: ToolDefinition) => registered.push(tool) } as unknown as PluginHost;
  const folder = folderWith({ "a.txt": "hi" });
  await toolPack().setup(host);
  expect(registered.map(({ name, sideEffects }) => [name, sideEffects])).toEqual([
    ["csv_read", "none"],
    ["json_read", "none"],
    ["json_write", "idempotent"],
    ["text_read", "none"],
    ["text_write", "external"],
    ["aggregate", "none"],
    ["http_request", "external"],
  ]);
  const textRead = registered.find(({ name }) => name === "text_read")!;
  const files = createFileAccess({ directory: folder });
  expect(await callTool(textRead as never, { path: "a.txt" }, { files })).toEqual({ text: "hi", bytes: 2 });
});

test("directories given to the pack are refused, not ignored", () => {
  const withRoots = toolPack as unknown as (options: object) => Plugin;
  expect(() => withRoots({ roots: ["data"] }).setup({} as PluginHost)).toThrow(
    expect.objectContaining({ code: "ICE_USAGE", fix: expect.stringContaining("allow: { read:") }),
  );
});
