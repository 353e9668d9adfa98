import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRuntime, AccessTokens } from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { describe, expect, test } from "vitest";
import { folderWith, ice } from "./fake-terminal.ts";

interface Created {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: number | null;
}

async function create(cwd: string, ...argv: readonly string[]): Promise<Created> {
  const { code, json, stderr } = await ice(["tokens", "create", ...argv, "--json"], { cwd });
  expect([code, stderr]).toEqual([0, ""]);
  return json;
}

/** What a server on the same store makes of a token. */
async function verify(cwd: string, token: string): Promise<unknown> {
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime, store: `sqlite:${join(cwd, ".ice/ice.db")}` });
  try {
    return await runtime.use(AccessTokens).verify(token);
  } finally {
    await close();
  }
}

const secretPattern = /ice_[A-Za-z0-9]+_/;

describe("ice tokens create", () => {
  test("prints a token that a server on the store accepts, as JSON", async () => {
    const cwd = folderWith({});
    const created = await create(cwd, "ci", "--scope", "run", "--scope", "read", "--scope", "run");
    expect(created).toEqual({
      id: expect.stringMatching(/^[\w-]{12}$/),
      token: expect.stringMatching(/^ice_[\w-]{12}_[\w-]{43}$/),
      name: "ci",
      tenant: "default",
      scopes: ["read", "run"],
      expiresAt: null,
    });
    const principal = { name: "ci", tenant: "default", scopes: ["read", "run"], expiresAt: null };
    expect(await verify(cwd, created.token)).toEqual(principal);
    expect(await verify(cwd, `${created.token.slice(0, -1)}!`)).toBeUndefined();
  });

  test("takes a tenant, a name of any kind, and every scope", async () => {
    const cwd = folderWith({});
    const scopes = ["read", "run", "respond", "signal", "author", "metrics", "act-as"];
    const args = ["Kim Ü", "--tenant", "acme-2", ...scopes.flatMap((scope) => ["--scope", scope])];
    const { token } = await create(cwd, ...args);
    expect(await verify(cwd, token)).toEqual({ name: "Kim Ü", tenant: "acme-2", scopes, expiresAt: null });
  });

  test.each([
    ["2s", 2],
    ["15m", 900],
    ["12h", 43_200],
    ["90d", 7_776_000],
  ])("takes --expires %s", async (duration, seconds) => {
    const before = Date.now();
    const { expiresAt } = await create(folderWith({}), "ci", "--scope", "read", "--expires", duration);
    const createdAt = expiresAt! - seconds * 1000;
    expect(createdAt).toBeGreaterThanOrEqual(before);
    expect(createdAt).toBeLessThanOrEqual(Date.now());
  });

  test("shows the token to a person on a line of its own, and says that this is the only time", async () => {
    const { code, stdout, stderr, cwd } = await ice(
      ["tokens", "create", "ci \u001b[31m", "--scope", "read", "--scope", "run", "--tenant", "acme"],
      { stdoutTTY: true, stderrTTY: true, env: { NO_COLOR: "1" } },
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^ice_[\w-]{12}_[\w-]{43}\n$/)]);
    const id = stdout.slice(4, 16);
    expect(stderr.split("\n")).toEqual([
      "",
      `  id       ${id}`,
      String.raw`  name     ci \u001b[31m`,
      "  tenant   acme",
      "  scopes   read, run",
      "  expires  never",
      "",
      "This token is shown only once: store it where you keep secrets.",
      `Revoke it with: ice tokens revoke ${id} --tenant acme`,
      "",
    ]);
    const quiet = await ice(["tokens", "create", "ci", "--scope", "read", "--quiet"], { cwd });
    expect([quiet.stdout, quiet.stderr]).toEqual([expect.stringMatching(/^ice_[\w-]{56}\n$/), ""]);
  });

  test.each<[string, readonly string[]]>([
    ["no name", ["--scope", "read"]],
    ["an empty name", ["", "--scope", "read"]],
    ["a name of more than 200 characters", ["x".repeat(201), "--scope", "read"]],
    ["no scope", ["ci"]],
    ["an unknown scope", ["ci", "--scope", "read", "--scope", "raed"]],
    ["scopes in one word", ["ci", "--scope", "read,run"]],
    ["a tenant that is none", ["ci", "--scope", "read", "--tenant", "Acme"]],
    ["an empty tenant", ["ci", "--scope", "read", "--tenant", ""]],
    ...["90", "d", "0d", "-1d", "1.5h", "1w", "1 d", "1D", "9999999999s", "3700d", ""].map(
      (duration): [string, readonly string[]] => [
        `the duration "${duration}"`,
        ["ci", "--scope", "read", `--expires=${duration}`],
      ],
    ),
    ["a store that ends with the command", ["ci", "--scope", "read", "--store", "memory:"]],
  ])("exits with 2 for %s, and creates no store", async (_what, argv) => {
    const { code, json, cwd } = await ice(["tokens", "create", ...argv, "--json"]);
    expect([code, json]).toMatchObject([2, { error: { code: "ICE_USAGE", fix: expect.any(String) } }]);
    expect(() => readFileSync(join(cwd, ".ice/ice.db"))).toThrow("ENOENT");
  });
});

describe("ice tokens list", () => {
  test("shows the tokens of all tenants, the oldest first, without secrets", async () => {
    const cwd = folderWith({});
    const a = await create(cwd, "ci", "--scope", "read", "--scope", "run");
    const b = await create(cwd, "Kim 氷", "--scope", "signal", "--tenant", "acme", "--expires", "90d");
    const { code, json, stdout } = await ice(["tokens", "list", "--json"], { cwd });
    expect(code).toBe(0);
    const createdAt = expect.any(Number);
    expect(json).toEqual({
      tokens: [
        { id: a.id, name: "ci", tenant: "default", scopes: ["read", "run"], createdAt, expiresAt: null },
        { id: b.id, name: "Kim 氷", tenant: "acme", scopes: ["signal"], createdAt, expiresAt: b.expiresAt },
      ],
    });
    expect(stdout).not.toMatch(secretPattern);
    const text = await ice(["tokens"], { cwd });
    const end = new Date(b.expiresAt!).toISOString().slice(0, 19);
    expect(text.stdout.split("\n")).toEqual([
      "ID            NAME    TENANT   EXPIRES               SCOPES",
      `${a.id}  ci      default  never                 read run`,
      `${b.id}  Kim 氷  acme     ${end}Z  signal`,
      "",
    ]);
  });

  test("keeps those that have expired, and says so", async () => {
    const cwd = folderWith({});
    const { token, expiresAt } = await create(cwd, "ci", "--scope", "read", "--expires", "1s");
    while (Date.now() < expiresAt!) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await verify(cwd, token)).toBeUndefined();
    expect((await ice(["tokens", "list"], { cwd })).stdout).toMatch(/ expired \d{4}-.* {2}read\n$/);
  });

  test("of a folder without a store is empty, and creates none", async () => {
    const { code, stdout, cwd } = await ice(["tokens", "list"]);
    expect([code, stdout]).toEqual([0, "no tokens\n"]);
    expect((await ice(["tokens", "list", "--json"], { cwd })).json).toEqual({ tokens: [] });
    expect(() => readFileSync(join(cwd, ".ice/ice.db"))).toThrow("ENOENT");
    expect((await ice(["tokens", "list", "--store", "sqlite:no.db"], { cwd })).code).toBe(4);
  });
});

describe("ice tokens revoke", () => {
  test("makes a token invalid, and says so", async () => {
    const cwd = folderWith({});
    const [a, b] = [await create(cwd, "a", "--scope", "read"), await create(cwd, "b", "--scope", "read")];
    const first = await ice(["tokens", "revoke", a.id], { cwd });
    expect([first.code, first.stdout]).toEqual([0, "revoked; every server on this store refuses it within a second\n"]);
    expect((await ice(["tokens", "revoke", b.id, "--json"], { cwd })).json).toEqual({ id: b.id, revoked: true });
    for (const { token } of [a, b]) expect(await verify(cwd, token)).toBeUndefined();
    expect((await ice(["tokens", "list"], { cwd })).stdout).toBe("no tokens\n");
  });

  test("exits with 4 for what is not there, and repeats no secret", async () => {
    const cwd = folderWith({});
    const missing = { error: { code: "ICE_TOKEN_NOT_FOUND", fix: "see the tokens: ice tokens list" } };
    expect(await ice(["tokens", "revoke", "abcdefghijkl", "--json"], { cwd })).toMatchObject({
      code: 4,
      json: missing,
    });
    const { id, token } = await create(cwd, "ci", "--scope", "read");
    for (const operand of ["abcdefghijkl", "x", "", token]) {
      const { code, json, stdout } = await ice(["tokens", "revoke", operand, "--json"], { cwd });
      expect([code, json]).toMatchObject([4, missing]);
      expect(stdout).not.toMatch(secretPattern);
    }
    await ice(["tokens", "revoke", id], { cwd });
    expect((await ice(["tokens", "revoke", id], { cwd })).code).toBe(4);
  });

  test("exits with 2 without an id, and for a verb that there is not", async () => {
    for (const argv of [["revoke"], ["rotate", "x"], ["revoke", "x", "y"]])
      expect((await ice(["tokens", ...argv])).code).toBe(2);
  });
});

test("the file of the store contains no secret", async () => {
  const cwd = folderWith({});
  const { id, token } = await create(cwd, "ci", "--scope", "read");
  const file = readFileSync(join(cwd, ".ice/ice.db"), "latin1");
  expect(file).toContain(id);
  expect(file).not.toContain(token.slice(17));
});
