import { describe, expect, test } from "vitest";
import { commandLineLike, type GlobalOptions } from "../src/args/command-line.ts";
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

describe("a suggested command leads to the same runs", () => {
  const like = (options: Partial<GlobalOptions>, env: Record<string, string> = {}) =>
    commandLineLike({ env }, { store: undefined, tenant: undefined, config: undefined, noConfig: false, ...options });

  test.each([
    ["sqlite:a b.db", "--store 'sqlite:a b.db'"],
    ["postgresql://kim@db/app?schema=a", "--store 'postgresql://kim@db/app?schema=a'"],
    [away, "--store 'postgres://CREDENTIALS@127.0.0.1:1/app?schema=ice'"],
    [`postgres://db/app?password=${secret}`, "--store 'postgres://db/app?password=CREDENTIALS'"],
  ])("the store %s is named without a password", (store, option) => {
    expect(like({ store }, { ICE_STORE: "postgres://another/app" })("resume", "r1")).toBe(`ice resume r1 ${option}`);
  });

  test("an address with a password belongs into ICE_STORE, if that has no other one", () => {
    expect(like({ store: away })("resume", "r1")).toBe('ice resume r1 --store "$ICE_STORE"');
    expect(like({ store: "memory:" })("resume", "r1")).toBe("ice resume r1 --store memory:");
  });

  test("a store that ICE_STORE names is found there", () => {
    expect(like({ store: away }, { ICE_STORE: away })("resume", "r1")).toBe("ice resume r1");
  });

  test("a tenant is named, except at a server, whose token belongs to one", () => {
    const options = { store: "sqlite:a.db", tenant: "acme" };
    expect(like(options)("runs", "list")).toBe("ice runs list --store sqlite:a.db --tenant acme");
    const api = "https://ice.example.com";
    expect(like({ ...options, api })("runs", "list")).toBe("ice runs list --api https://ice.example.com");
  });

  test("its words can be copied after each step of a run", async () => {
    const gate = { id: "ok", type: "human", promptMessage: "Go on?", approvalType: "approval" };
    const cwd = folderWith({ "w.json": blueprint([gate]) });
    const at = (...argv: readonly string[]) => ice([...argv, "--tenant", "acme"], { cwd });
    const { stderr } = await at("run", "w.json", "--run-id", "r");
    expect(stderr).toContain("answer: ice respond r ok --approve --tenant acme\n");
    expect(stderr).toContain("continue: ice resume r --tenant acme\n");
    expect((await at("respond", "r", "ok", "--approve")).stdout).toContain("with: ice resume r --tenant acme\n");
    expect((await at("runs", "show", "gone")).stderr).toContain("ice runs list --tenant acme\n");
  });
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
