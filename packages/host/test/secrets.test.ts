import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import type { IceError, SecretService } from "@ice/core";
import { describe, expect, test } from "vitest";
import { createSecretService, type SecretOptions } from "../src/index.ts";
import { folderWith } from "./folder.ts";

const canary = "canary+0123/456789=abc";
const local = { url: "http://127.0.0.1:8080/x" };

/** The service with one secret, `token`, from the variable `CANARY`. */
const withToken = (options: Partial<SecretOptions> = {}, value = canary): SecretService =>
  createSecretService({ env: { CANARY: value }, secrets: { token: { env: "CANARY", ...options } } });

describe("the owner's configuration", () => {
  test("takes declared secrets, and the environment for others", () => {
    const secrets = createSecretService({ env: { A: "1", B: "2" }, secrets: { B: { env: "A" } } });
    expect([secrets.resolve("A"), secrets.resolve("B"), secrets.fill("Basic secret://A:secret://B.")]).toEqual([
      "1",
      "1",
      "Basic 1:1.",
    ]);
  });

  test("reads a file at each use, without its final line feed", () => {
    const file = join(folderWith(), "token");
    writeFileSync(file, `${canary}\r\n`);
    const secrets = createSecretService({ env: {}, secrets: { token: { file } } });
    expect(secrets.resolve("token")).toBe(canary);
    writeFileSync(file, "another-value\n");
    expect(secrets.resolve("token")).toBe("another-value");
    expect(secrets.scrub(`${canary} another-value`)).toBe("[secret:token] [secret:token]");
  });

  test.each([
    ["a variable that is not set", "x", { env: "X" }],
    ["an empty variable", "x", { env: "EMPTY" }],
    ["a missing file", "x", { file: "missing" }],
    ["an empty file", "x", { file: "empty" }],
    ["a directory", "x", { file: "." }],
    ["a file that is too large", "x", { file: "large" }],
    ["a name that is not declared", "UNDECLARED", { env: "X" }],
    ["a name of Object.prototype", "constructor", { env: "X" }],
    ["no name", "", { env: "X" }],
  ])("finds no value in %s", (_, name, options) => {
    const directory = folderWith();
    writeFileSync(join(directory, "empty"), "\n");
    writeFileSync(join(directory, "large"), "x".repeat(70_000));
    const secrets = createSecretService({ env: { EMPTY: "" }, secrets: { x: options }, directory });
    expect(() => secrets.resolve(name)).toThrowError(expect.objectContaining({ code: "ICE_SECRET_UNKNOWN" }));
    expect(() => secrets.resolve(name)).not.toThrowError(directory);
    expect(secrets.missing()).toEqual(["x"]);
  });

  test("is refused, naming the invalid field", () => {
    const cases: readonly [string, unknown][] = [
      ["secrets.a", {}],
      ["secrets.a", { env: "A", file: "b" }],
      ["secrets.a", "A"],
      ["secrets.a", null],
      ["secrets.a.hosts", { env: "A", hosts: ["https://example.com"] }],
    ];
    for (const [field, options] of cases)
      expect(() => createSecretService({ secrets: { a: options as SecretOptions } })).toThrowError(
        expect.objectContaining({ code: "ICE_USAGE", message: expect.stringContaining(`\`${field}\``) as string }),
      );
    expect(() => createSecretService({ secrets: { "a b": { env: "A" } } })).toThrowError("has no usable name");
  });
});

describe("a blueprint", () => {
  test.each<[string[], string, boolean]>([
    [["127.0.0.1:8080"], "http://127.0.0.1:8080/x", true],
    [["127.0.0.1:8080"], "http://127.0.0.1:8081/x", false],
    [["api.example.com"], "https://api.example.com/x", true],
    [["api.example.com"], "http://api.example.com/x", false],
    [["api.example.com"], "https://api.example.com:444/x", false],
    [["api.example.com"], "https://api.example.com@evil.test/x", false],
    [["api.example.com"], "https://evil.test/api.example.com", false],
    [["api.example.com:80"], "http://api.example.com/x", true],
    [["*.example.com"], "https://a.example.com/x", true],
    [["*"], "http://anything.test:1234/", true],
    [[], "https://api.example.com/x", false],
    [["*.example.com"], "no address", false],
  ])("with hosts %j sends a secret to %s: %s", (hosts, url, allowed) => {
    const secrets = withToken({ hosts });
    const filled = (): string => secrets.fillFor("Bearer secret://token", { url });
    if (allowed) expect(filled()).toBe(`Bearer ${canary}`);
    else expect(filled).toThrowError(expect.objectContaining({ code: "ICE_SECRET_DENIED" }));
  });

  test("uses no undeclared secret, nor one of other tenants", () => {
    const secrets = withToken({ hosts: ["*"], tenants: ["a", "b"] });
    expect(() => secrets.fillFor("secret://CANARY", local)).toThrowError(
      expect.objectContaining({ code: "ICE_SECRET_UNKNOWN" }),
    );
    expect(() => secrets.fillFor("secret://tokn", { ...local, tenant: "a" })).toThrowError(
      expect.objectContaining({ fix: 'did you mean "token"?' }),
    );
    expect(() => secrets.fillFor("secret://token", local)).toThrowError(
      expect.objectContaining({ code: "ICE_SECRET_DENIED" }),
    );
    expect(secrets.fillFor("secret://token", { ...local, tenant: "b" })).toBe(canary);
    expect(withToken({ hosts: ["*"] }).fillFor("secret://token", { ...local, tenant: "default" })).toBe(canary);
  });

  test("a value that looks like a reference is not resolved again", () => {
    expect(withToken({ hosts: ["*"] }, "secret://token secret://x").fillFor("secret://token", local)).toBe(
      "secret://token secret://x",
    );
  });
});

describe("where others than the owner write blueprints", () => {
  const secrets = createSecretService({
    env: { SHOP_VARIABLE: "" },
    secrets: { shop: { env: "SHOP_VARIABLE", hosts: ["*"] } },
    isShared: true,
  });
  const problemOf = (work: () => unknown): object => {
    try {
      return { value: work() };
    } catch (error) {
      const { code, message, fix, details } = error as IceError;
      return { code, message, fix, details };
    }
  };

  test("errors repeat the name that was given, and no other", () => {
    expect(problemOf(() => secrets.fillFor("secret://shup", local))).toEqual({
      code: "ICE_SECRET_UNKNOWN",
      message: 'There is no secret "shup".',
      fix: secrets.fixFor("shup"),
      details: { name: "shup" },
    });
    expect(secrets.fixFor("shup")).not.toMatch(/shop/i);
    expect(problemOf(() => secrets.fillFor("secret://shop", local))).toEqual({
      code: "ICE_SECRET_UNKNOWN",
      message: 'The secret "shop" has no value.',
      fix: "let the owner of the server set its value",
      details: { name: "shop" },
    });
  });

  test.each(["shop", "SHOP_VARIABLE"])("a secret of the configuration without a value is not named: %s", (name) => {
    const problem = problemOf(() => secrets.fill(`Bearer secret://${name}`));
    expect(problem).toMatchObject({ code: "ICE_SECRET_UNKNOWN", fix: expect.stringContaining("ice doctor") as string });
    expect(JSON.stringify(problem)).not.toMatch(/shop/i);
  });

  test("a value is replaced without its name", () => {
    const known = createSecretService({ env: { A: canary }, isShared: true });
    known.resolve("A");
    expect(known.scrub(`before ${canary} after`)).toBe("before [secret] after");
  });
});

describe("known values", () => {
  const known = (value: string): SecretService => {
    const secrets = withToken({}, value);
    secrets.resolve("token");
    return secrets;
  };
  const basic = (user: string): string => Buffer.from(`${user}:${canary}`).toString("base64");

  test.each([
    ["plain", canary],
    ["URL", encodeURIComponent(canary)],
    ["URL in lower case", encodeURIComponent(canary).toLowerCase()],
    ["URL with a slash", encodeURIComponent(canary).replace("%2F", "/")],
    ["form", new URLSearchParams({ a: canary }).toString()],
    ["JSON", JSON.stringify({ a: canary })],
    ["JSON of PHP", JSON.stringify({ a: canary }).replaceAll("/", "\\/")],
    ["base64", Buffer.from(canary).toString("base64")],
    ["base64 without padding", Buffer.from(canary).toString("base64").replace(/=+$/, "")],
    ["base64 for URLs", Buffer.from(canary).toString("base64url")],
    ["base64 behind one byte", basic("")],
    ["base64 behind two bytes", basic("a")],
    ["base64 behind three bytes", basic("ab")],
    ["base64 before others", Buffer.from(`ab${canary}xyz`).toString("base64")],
  ])("are replaced: %s", (_, text) => {
    const secrets = known(canary);
    const shown = secrets.scrub(`before ${text} after`);
    expect(shown).toMatch(/^before .*\[secret:token\].{0,6} after$/);
    expect(shown).not.toMatch(/0123|MDEyMz/);
  });

  test.each([
    'with "quotes"\n',
    "back\\slash\\es",
    "grüße und 日本",
    "$&$1 (regular) [exp]?",
    "lone \ud800 half",
    "%41%42 + +",
    "tilde ~ star * dot.",
  ])("may hold anything: %j", (value) => {
    const secrets = known(value);
    for (const form of [
      value,
      JSON.stringify(value),
      JSON.stringify(JSON.stringify(value)),
      encodeURIComponent(value.toWellFormed()),
      new URLSearchParams({ q: value }).toString(),
      Buffer.from(value).toString("base64url"),
    ])
      expect(secrets.scrub(`<${form}>`)).toMatch(/^<"?(?:\\")?(?:q=)?\[secret:token\].{0,3}>$/);
  });

  test("do not include unused ones, nor those of fewer than 8 characters", () => {
    const secrets = withToken();
    expect([secrets.active, secrets.scrub(canary)]).toEqual([false, canary]);
    const short = known("1234567");
    expect([short.active, short.scrub("1234567")]).toEqual([false, "1234567"]);
    expect(known("12345678").scrub("a12345678b")).toBe("a[secret:token]b");
  });

  test("a text without one is unchanged", () => {
    const text = "nothing here".repeat(3);
    expect(known(canary).scrub(text)).toBe(text);
  });

  test("are found when there are many", () => {
    const env = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`S${n}`, `value-of-secret-${n}!`]));
    const secrets = createSecretService({ env });
    for (const name of Object.keys(env)) secrets.resolve(name);
    expect(secrets.scrub(Object.values(env).join())).toBe(
      Object.keys(env)
        .map((name) => `[secret:${name}]`)
        .join(),
    );
  });

  test("are found in parts, wherever they are cut", () => {
    const secrets = known(canary);
    const text = `It is ${canary}, or ${basic("a")}; can you see canary+0123/4? c`;
    for (let size = 1; size <= text.length; size += 1) {
      const parts = secrets.scrubParts();
      let shown = "";
      for (let at = 0; at < text.length; at += size) shown += parts.add(text.slice(at, at + size));
      expect(shown + parts.end()).toBe(secrets.scrub(text));
    }
    const parts = secrets.scrubParts();
    expect([parts.add("nothing to wait for: "), parts.add("can"), parts.add("dy"), parts.end()]).toEqual([
      "nothing to wait for: ",
      "",
      "candy",
      "",
    ]);
  });

  test.each([
    ["shorter first", ["token-0123", "token-0123456789"]],
    ["longer first", ["token-0123456789", "token-0123"]],
    ["with one that ends as another begins", ["0123-token", "token-0123456789", "token-0123"]],
  ])("of which one begins like another show nothing of the longer one, %s", (_, values) => {
    const env = Object.fromEntries(values.map((value, at) => [`S${at}`, value]));
    const secrets = createSecretService({ env });
    for (const name of Object.keys(env)) secrets.resolve(name);
    const names = Object.fromEntries(values.map((value, at) => [value, `[secret:S${at}]`]));
    const long = names["token-0123456789"]!;
    const short = names["token-0123"]!;
    for (const [text, shown] of [
      ["<token-0123456789>", `<${long}>`],
      ["token-0123", short],
      ["token-01234", `${short}4`],
      ["token-0123token-0123456789 token-0", `${short}${long} token-0`],
    ] as const) {
      expect(secrets.scrub(text)).toBe(shown);
      for (let cut = 0; cut <= text.length; cut += 1) {
        const parts = secrets.scrubParts();
        expect(parts.add(text.slice(0, cut)) + parts.add(text.slice(cut)) + parts.end()).toBe(shown);
      }
      const parts = secrets.scrubParts();
      expect(Array.from(text, (part) => parts.add(part)).join("") + parts.end()).toBe(shown);
    }
  });

  test("are visible nowhere in the service itself", () => {
    const secrets = known(canary);
    expect(inspect(secrets, { depth: 9, showHidden: true }) + JSON.stringify(secrets)).not.toContain("canary");
  });
});
