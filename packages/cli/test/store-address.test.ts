import { expect, test } from "vitest";
import { commandLineLike } from "../src/args/command-line.ts";
import { blueprint, folderWith, ice } from "./fake-terminal.ts";

const echo = { id: "a", type: "tool", toolName: "echo", toolArgs: { n: 1 } };
const secret = "s3cret-pass";
/** A port on which nothing listens. */
const away = `postgres://kim:${secret}@127.0.0.1:1/app?schema=ice`;

test("a store is that of --store, else that of ICE_STORE, else that of the configuration", async () => {
  const cwd = folderWith({
    "w.json": blueprint([echo]),
    "ice.config.mjs": 'export default { store: "sqlite:configured.db" };',
  });
  const storeOf = async (args: readonly string[], env: Record<string, string> = {}): Promise<unknown> => {
    const { stdout } = await ice(["doctor", "--config", "ice.config.mjs", ...args], { cwd, env });
    return /runs are stored in sqlite:.*\/(.*)\.db/.exec(stdout)?.[1];
  };
  expect(await storeOf([])).toBe("configured");
  expect(await storeOf([], { ICE_STORE: "sqlite:named.db" })).toBe("named");
  expect(await storeOf([], { ICE_STORE: "" })).toBe("configured");
  expect(await storeOf(["--store", "sqlite:given.db"], { ICE_STORE: "sqlite:named.db" })).toBe("given");
});

test("a suggested command names a database by a variable, and every other store by its address", () => {
  const like = (store: string, api?: string) =>
    commandLineLike({ env: {} }, { store, config: undefined, noConfig: false, api });
  expect(like(away)("resume", "r1")).toBe('ice resume r1 --store "$ICE_STORE"');
  expect(like("postgresql://db/app")("runs", "list")).toBe('ice runs list --store "$ICE_STORE"');
  expect(like("sqlite:a b.db")("resume", "r1")).toBe("ice resume r1 --store 'sqlite:a b.db'");
  expect(like(away, "https://ice.example.com")("runs", "list")).toBe("ice runs list --api https://ice.example.com");
});

test("a database that cannot be reached is reported with its address and a fix, without the password", async () => {
  const cwd = folderWith({ "w.json": blueprint([echo]) });
  for (const args of [["run", "w.json"], ["runs", "list"], ["runs", "show", "r"], ["doctor"]]) {
    const { code, stdout, stderr } = await ice([...args, "--store", away], { cwd });
    expect(code).toBe(args[0] === "doctor" ? 1 : 8);
    expect(stdout + stderr).toContain("postgres://…@127.0.0.1:1/app?schema=ice cannot be reached");
    expect(stdout + stderr).toContain("fix: check that Postgres runs");
    expect(stdout + stderr).not.toContain(secret);
  }
});

test("a command that needs no store does not connect to it", async () => {
  const cwd = folderWith({ "w.json": blueprint([echo]) });
  expect((await ice(["validate", "w.json", "--store", away], { cwd })).code).toBe(0);
});
