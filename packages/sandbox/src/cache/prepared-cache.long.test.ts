import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ComponentRegistry } from "../component/component-registry.ts";
import type { PreparedComponent } from "../component/prepare-component.ts";
import { createCodeSandbox } from "../index.ts";
import type { Pieces } from "./pack-pieces.ts";
import { cacheKeyOf, defaultCacheFolder, PreparedCache } from "./prepared-cache.ts";
import { componentTools, pythonTools } from "./preparing-tools.ts";

const file = fileURLToPath(new URL("../../test/components/statistics.wasm", import.meta.url));
let scratch: string;
let folder: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "ice-cache-"));
  folder = join(scratch, "cache");
});
afterEach(() => rmSync(scratch, { recursive: true }));

const key = (n: number): string => cacheKeyOf("0".repeat(64), String(n));
const pieces = (bytes = 10): Pieces =>
  new Map([
    ["a.js", Buffer.from("export const é = 1;")],
    ["b.wasm", new Uint8Array(bytes).fill(7)],
    ["empty", new Uint8Array()],
  ]);
const plain = (found: Pieces | undefined): unknown => found && [...found].map(([name, bytes]) => [name, [...bytes]]);

test("entries are found again, in a folder and files that only this user can access", async () => {
  const cache = new PreparedCache(folder);
  expect(await cache.get(key(1))).toBeUndefined();
  await cache.put(key(1), pieces());
  expect(plain(await new PreparedCache(folder).get(key(1)))).toEqual(plain(pieces()));
  expect(await cache.get(key(2))).toBeUndefined();
  const [entry, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect([statSync(folder).mode & 0o777, statSync(join(folder, entry!)).mode & 0o777]).toEqual([0o700, 0o600]);
});

describe("an altered file counts as absent:", () => {
  const spoil: Record<string, (path: string) => void> = {
    "one bit is another": (path) => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 20]! ^= 1;
      writeFileSync(path, bytes);
    },
    "it is cut": (path) => writeFileSync(path, readFileSync(path).subarray(0, -1)),
    "it is empty": (path) => writeFileSync(path, ""),
    "it is the one of another key": (path) => copyFileSync(join(folder, `${key(2)}.prepared`), path),
    "others may write to it": (path) => chmodSync(path, 0o666),
    "it is a link": (path) => {
      rmSync(path);
      symlinkSync(join(folder, `${key(1)}.prepared`), path);
    },
    "it is a folder": (path) => {
      rmSync(path);
      mkdirSync(path);
    },
    "it is a named pipe": (path) => {
      rmSync(path);
      execFileSync("mkfifo", [path]);
    },
  };
  test.each(Object.entries(spoil))("%s", async (_name, change) => {
    const cache = new PreparedCache(folder);
    for (const n of [1, 2]) await cache.put(key(n), pieces());
    change(join(folder, `${key(1)}.prepared`));
    expect(await cache.get(key(1))).toBeUndefined();
    expect(await cache.get(key(2))).toBeDefined();
  });
});

test("a damaged component is prepared again and stored; an intact one is read from the folder", async () => {
  const prepare = async (): Promise<PreparedComponent> =>
    new ComponentRegistry([file], new PreparedCache(folder)).get(file);
  const first = await prepare();
  const [entry] = readdirSync(folder);
  const kept = readFileSync(join(folder, entry!));
  writeFileSync(join(folder, entry!), kept.toString("latin1").replace("export", "exp0rt"), "latin1");
  expect((await prepare()).glue).toBe(first.glue);
  expect(readFileSync(join(folder, entry!))).toEqual(kept);
  const found = await new PreparedCache(folder).get(entry!.slice(0, 64));
  const other = new Map(found).set("component.js", Buffer.from("// from the folder"));
  await new PreparedCache(folder).put(entry!.slice(0, 64), other);
  expect((await prepare()).glue).toBe("// from the folder");
});

test("the key changes with the file and with the version that prepares it", async () => {
  const tools = await componentTools();
  expect(tools).toMatch(/^jco-transpile 0\.15\.\d+\n[0-9a-f]{64}$/);
  expect(await componentTools()).toBe(tools);
  expect(await pythonTools()).not.toBe(tools.split("\n")[1]);
  expect(new Set([cacheKeyOf("a", tools), cacheKeyOf("b", tools), cacheKeyOf("a", `${tools}x`)]).size).toBe(3);
});

describe("the cache is bounded:", () => {
  test("the least recently used entry is removed first, and so are leftovers of dead processes", async () => {
    const cache = new PreparedCache(folder, { maxEntries: 2 });
    const age = (n: number, hours: number): void =>
      utimesSync(join(folder, `${key(n)}.prepared`), new Date(), new Date(Date.now() - hours * 3_600_000));
    for (const n of [1, 2]) await cache.put(key(n), pieces());
    age(1, 3);
    age(2, 2);
    await cache.get(key(1));
    writeFileSync(join(folder, "left.new"), "");
    utimesSync(join(folder, "left.new"), new Date(), new Date(0));
    writeFileSync(join(folder, "at-work.new"), "");
    await cache.put(key(3), pieces());
    expect(readdirSync(folder).toSorted()).toEqual(
      [`${key(1)}.prepared`, `${key(3)}.prepared`, "at-work.new"].toSorted(),
    );
  });

  test("in total bytes, and in bytes per component", async () => {
    const cache = new PreparedCache(folder, { maxBytes: 2500 });
    for (const n of [1, 2, 3, 4]) await cache.put(key(n), pieces(1000));
    expect(readdirSync(folder).length).toBe(2);
    await cache.put(key(5), pieces(65 * 2 ** 20));
    expect(await cache.get(key(5))).toBeUndefined();
  });
});

describe("a folder that cannot be trusted", () => {
  const bad: Record<string, () => void> = {
    "may be written to by others": () => {
      mkdirSync(folder);
      chmodSync(folder, 0o777);
    },
    "is a link": () => {
      mkdirSync(join(scratch, "other"));
      symlinkSync(join(scratch, "other"), folder);
    },
    "is a file": () => writeFileSync(folder, ""),
  };
  test.each(Object.entries(bad))(
    "because it %s is refused if configured, and otherwise not used",
    async (_name, make) => {
      make();
      const asked = createCodeSandbox({ components: [file], cache: folder });
      expect(await asked.run({ language: "component", component: file, input: { numbers: [1] } })).toMatchObject({
        error: { kind: "denied", fix: expect.stringContaining("sandbox.cache") },
      });
      const cache = new PreparedCache(folder, { required: false });
      await cache.put(key(1), pieces());
      expect(await cache.get(key(1))).toBeUndefined();
      await asked.close();
    },
  );
});

test("the folder is the operating system's cache directory for the user", () => {
  expect(defaultCacheFolder({ XDG_CACHE_HOME: "/x" }, "linux")).toBe("/x/ice-sandbox");
  for (const XDG_CACHE_HOME of ["", "caches", "./caches", "../caches"])
    expect(defaultCacheFolder({ XDG_CACHE_HOME }, "linux")).toBe(defaultCacheFolder({}, "linux"));
  expect(defaultCacheFolder({ LOCALAPPDATA: "caches" }, "win32")).toBe(defaultCacheFolder({}, "win32"));
  expect(defaultCacheFolder({}, "linux")).toMatch(/\.cache\/ice-sandbox$/);
  expect(defaultCacheFolder({}, "darwin")).toMatch(/Library\/Caches\/ice-sandbox$/);
  expect(defaultCacheFolder({ LOCALAPPDATA: "/l" }, "win32")).toBe("/l/ice-sandbox");
  for (const platform of ["linux", "darwin", "win32"] as const)
    for (const home of ["", "home", "../home"]) expect(defaultCacheFolder({}, platform, home)).toBeUndefined();
});

test("two processes that prepare the same component at once leave one entry", async () => {
  const code = `
    import { createCodeSandbox } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
    const file = ${JSON.stringify(file)};
    const sandbox = createCodeSandbox({ components: [file], cache: ${JSON.stringify(folder)} });
    const result = await sandbox.run({ language: "component", component: file, input: { numbers: [2, 3] } });
    await sandbox.close();
    process.stdout.write(JSON.stringify(result.output ?? result.error));`;
  const start = (): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, [
      "--no-warnings",
      "--conditions=@ice/source",
      "--input-type=module",
      "--eval",
      code,
    ]);
  const ended = await Promise.all([start(), start()]);
  expect(ended.map(({ stdout }) => JSON.parse(stdout))).toEqual([
    { count: 2, sum: 5 },
    { count: 2, sum: 5 },
  ]);
  expect(readdirSync(folder).length).toBe(1);
  expect(await new PreparedCache(folder).get(readdirSync(folder)[0]!.slice(0, 64))).toBeDefined();
}, 60_000);
