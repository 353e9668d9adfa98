import { linkSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileAccess } from "@ice/core";
import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/folder.ts";
import { createFileAccess } from "./create-file-access.ts";
import { configurationNames } from "./protected-names.ts";

const rejection = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const denied = expect.objectContaining({ code: "ICE_FILE_DENIED" });

/** Every way to a file is denied, whatever the owner allows. */
async function expectProtected(files: FileAccess, path: string): Promise<void> {
  expect(await rejection(files.read(path)), `read ${path}`).toEqual(denied);
  expect(await rejection(files.write(path, "gotcha")), `write ${path}`).toEqual(denied);
  expect(await rejection(files.write(path, "gotcha", { append: true })), `append ${path}`).toEqual(denied);
}

/** A folder in which everything is allowed, to show what never is. */
function openFolder(content: Readonly<Record<string, string>> = {}) {
  const folder = folderWith(content);
  return { folder, files: createFileAccess({ directory: folder, read: ["/"], write: ["/"] }) };
}

describe("by default", () => {
  const files = (folder: string) => createFileAccess({ directory: folder });

  test("files are read below the directory and written below its out/", async () => {
    const folder = folderWith({ "a.txt": "x" });
    expect(await files(folder).write("out/deep/b.txt", "y")).toBe(1);
    expect(readFileSync(join(folder, "out/deep/b.txt"), "utf8")).toBe("y");
    expect(await rejection(files(folder).write("b.txt", "y"))).toMatchObject({
      code: "ICE_FILE_DENIED",
      message: expect.stringContaining(`may be written (${join(folder, "out")})`),
      fix: expect.stringContaining("allow: { write: [...] }"),
    });
    expect(await rejection(files(folder).write("out/../a.txt", "y"))).toEqual(denied);
    expect(await rejection(files(folder).write("outer/a.txt", "y"))).toEqual(denied);
    expect(await rejection(files(folder).write("out", "y"))).toEqual(denied);
  });

  test("a link below out/ does not widen it", async () => {
    const folder = folderWith({ "a.txt": "x", "out/keep.txt": "" });
    symlinkSync("../a.txt", join(folder, "out/link.txt"));
    symlinkSync("..", join(folder, "out/up"));
    for (const path of ["out/link.txt", "out/up/a.txt", "out/up/new.txt"])
      expect(await rejection(files(folder).write(path, "y")), path).toEqual(denied);
    expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("x");
  });

  test.each([".", "..", "../outside", "src"])(
    "out may not be a link to %s, which the owner has not allowed",
    async (target) => {
      const folder = folderWith({ "cwd/src/a.txt": "x", "outside/a.txt": "x" });
      const cwd = join(folder, "cwd");
      symlinkSync(target, join(cwd, "out"));
      for (const path of ["out/new.txt", "out/a.txt", "out/deep/new.txt", "src/new.txt"])
        expect(await rejection(files(cwd).write(path, "y")), path).toMatchObject({
          code: "ICE_FILE_DENIED",
          message: expect.stringContaining(`may be written (${join(cwd, "out")}, which is a link)`),
        });
      expect(await rejection(files(cwd).grant("out", { write: true }))).toEqual(denied);
      if (target !== "missing") {
        const named = createFileAccess({ directory: cwd, write: ["out"] });
        expect(await named.write("out/new.txt", "y")).toBe(1);
      }
    },
  );

  test("the directory itself may be reached through a link", async () => {
    const folder = folderWith({ "real/a.txt": "x" });
    symlinkSync("real", join(folder, "cwd"));
    expect(await files(join(folder, "cwd")).write("out/b.txt", "y")).toBe(1);
    expect(readFileSync(join(folder, "real/out/b.txt"), "utf8")).toBe("y");
  });

  test("files in a working directory whose own name begins with a dot are read", async () => {
    const folder = folderWith({ ".work/a.txt": "x" });
    const read = await createFileAccess({ directory: join(folder, ".work") }).read("a.txt");
    expect(new TextDecoder().decode(read)).toBe("x");
    const wide = createFileAccess({ directory: join(folder, ".work"), read: ["/"] });
    expect(new TextDecoder().decode(await wide.read("a.txt"))).toBe("x");
  });
});

describe("whatever the owner allows", () => {
  test.each([
    ...configurationNames,
    "ice.mcp.json",
    "sub/Ice.MCP.json",
    "ICE.CONFIG.TS",
    "ice.config.t\u017F",
    "ice.con\u200Cfig.mjs",
    "sub/ice.config.mjs",
    "package.json",
    "Package.JSON",
    "sub/package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    "deno.lock",
    "node_modules/a/index.js",
    "Node_Modules/a/index.js",
    "sub/node_modules/a.js",
    ".env",
    ".git/config",
    ".ice/ice.db",
    "sub/.hidden/a.txt",
    "\u200B.env",
  ])("%j is neither read nor written, whether it exists or not", async (path) => {
    await expectProtected(openFolder().files, path);
    const { folder, files } = openFolder({ [path]: "before" });
    await expectProtected(files, path);
    await expectProtected(files, join(folder, path));
    await expectProtected(files, `x/../${path}`);
    expect(readFileSync(join(folder, path), "utf8")).toBe("before");
  });

  test("names that only begin or end like protected ones are accessible", async () => {
    const { files } = openFolder();
    for (const path of ["my-package.json", "package.json.txt", "a.env", "ice.config.yaml", "node_modules2/a", "a..txt"])
      expect(await files.write(path, "x"), path).toBe(1);
  });

  test.runIf(process.platform === "linux")("/proc, /sys and similar system files", async () => {
    const { folder, files } = openFolder();
    symlinkSync("/proc/self/environ", join(folder, "link.txt"));
    const paths = ["/proc/self/environ", "/proc/self/root/proc/self/environ", "/proc/self/comm", "/proc/1/cmdline"];
    for (const path of [...paths, "/sys/kernel/notes", "link.txt"]) await expectProtected(files, path);
    for (const path of ["/proc", "/proc/self/fd", "/sys/kernel"]) {
      expect(await rejection(files.list(path)), path).toEqual(denied);
      expect(await rejection(files.grant(path, { write: false })), path).toEqual(denied);
    }
  });

  test("links and hard links to protected files, and the targets of protected links", async () => {
    const { folder, files } = openFolder({
      "package.json": "{}",
      "conf/real.mjs": "export default {}",
      ".env": "secret",
    });
    symlinkSync("package.json", join(folder, "soft.txt"));
    symlinkSync(".env", join(folder, "soft-env.txt"));
    linkSync(join(folder, "package.json"), join(folder, "hard.txt"));
    symlinkSync("conf/real.mjs", join(folder, "ice.config.mjs"));
    const late = createFileAccess({ directory: folder, write: ["."] });
    for (const path of ["soft.txt", "soft-env.txt", "ice.config.mjs", "conf/real.mjs"])
      await expectProtected(late, path);
    expect(await rejection(files.read("hard.txt"))).toEqual(denied);
    expect(await rejection(files.write("hard.txt", "gotcha", { append: true }))).toEqual(denied);
    expect(readFileSync(join(folder, "package.json"), "utf8")).toBe("{}");
    expect(readFileSync(join(folder, "conf/real.mjs"), "utf8")).toBe("export default {}");
  });

  test("a store with its side files, and blueprints, once registered", async () => {
    const { folder, files } = openFolder({ "runs.db": "data", "flow.yaml": "name: x", "a.txt": "free" });
    symlinkSync("runs.db", join(folder, "link.db"));
    linkSync(join(folder, "flow.yaml"), join(folder, "hard.yaml"));
    files.protect("link.db", "store");
    files.protect(join(folder, "flow.yaml"), "blueprint");
    for (const path of [
      "runs.db",
      "RUNS.DB",
      "link.db",
      "link.db-wal",
      "link.db-shm",
      "link.db-journal",
      "runs.db-wal",
    ])
      await expectProtected(files, path);
    await expectProtected(files, "flow.yaml");
    expect(await rejection(files.read("hard.yaml"))).toEqual(denied);
    expect(await files.read("a.txt")).toHaveLength(4);
    expect(await files.list(".")).toEqual(["a.txt", "hard.yaml"]);
  });

  test("a store whose directory becomes a link after registration", async () => {
    const { folder, files } = openFolder({ "data/ice.db": "data", "data/ice.db-wal": "data" });
    files.protect(".ice/ice.db", "store");
    symlinkSync("data", join(folder, ".ice"));
    for (const path of ["data/ice.db", "data/ice.db-wal"]) {
      expect(await rejection(files.read(path)), path).toEqual(denied);
      expect(await rejection(files.write(path, "gotcha", { append: true })), path).toEqual(denied);
    }
  });

  test("nothing is appended to a hard-linked file, which may also lie elsewhere", async () => {
    const folder = folderWith({ "cwd/a.txt": "x", "outside.txt": "x" });
    const files = createFileAccess({ directory: join(folder, "cwd"), write: ["."] });
    linkSync(join(folder, "outside.txt"), join(folder, "cwd/b.txt"));
    expect(await rejection(files.write("b.txt", "y", { append: true }))).toMatchObject({
      code: "ICE_FILE_DENIED",
      message: '"b.txt" has other hard links, which may be outside the allowed directories.',
    });
    expect(await files.write("b.txt", "new")).toBe(3);
    expect(await files.write("b.txt", "er", { append: true })).toBe(2);
    expect(readFileSync(join(folder, "outside.txt"), "utf8")).toBe("x");
    expect(readFileSync(join(folder, "cwd/b.txt"), "utf8")).toBe("newer");
  });

  test("a file that reuses the inode of a deleted blueprint is accessible", async () => {
    const { folder, files } = openFolder({ "flow.yaml": "name: x" });
    files.protect("flow.yaml", "blueprint");
    renameSync(join(folder, "flow.yaml"), join(folder, "notes.txt"));
    expect(await files.read("notes.txt")).toHaveLength(7);
  });
});

describe("a path that is too long is refused before it is looked up", () => {
  test.each(["a/".repeat(400_000), "a/".repeat(300), "a".repeat(5000)])("%#", async (path) => {
    const { files } = openFolder();
    const started = performance.now();
    await expectProtected(files, path);
    expect(await rejection(files.list(path))).toEqual(denied);
    expect(await rejection(files.grant(path, { write: false }))).toEqual(denied);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("references of blueprints", () => {
  /** `flows/main.yaml` outside the working directory, whose folder the owner named. */
  function flows() {
    const folder = folderWith({
      "cwd/shared.yaml": "name: shared",
      "flows/main.yaml": "name: main",
      "flows/parts/child.yaml": "name: child",
      "flows/.hidden.yaml": "name: hidden",
      "flows/ice.config.mjs": "export default {}",
      "secret.yaml": "name: secret",
    });
    const files = createFileAccess({ directory: join(folder, "cwd"), blueprints: [join(folder, "flows")] });
    const read = (path: string, base = "flows/main.yaml") =>
      files.readReference(path, join(folder, base), { maxBytes: 100 });
    const problem = (path: string) => {
      try {
        read(path);
      } catch (error) {
        return error;
      }
      throw new Error(`${path} was read`);
    };
    return { folder, files, read, problem };
  }

  test("are read next to the blueprint and below the working directory, including protected blueprints", () => {
    const { folder, files, read } = flows();
    expect(read("./parts/child.yaml")).toEqual({
      file: join(folder, "flows/parts/child.yaml"),
      bytes: expect.any(Uint8Array),
    });
    expect(read("../cwd/shared.yaml").file).toBe(join(folder, "cwd/shared.yaml"));
    files.protect(join(folder, "flows/main.yaml"), "blueprint");
    expect(read("../main.yaml", "flows/parts/child.yaml").file).toBe(join(folder, "flows/main.yaml"));
  });

  test("lead to nothing else", () => {
    const { folder, problem } = flows();
    symlinkSync("../secret.yaml", join(folder, "flows/link.yaml"));
    for (const path of [
      "../secret.yaml",
      "../none.yaml",
      "./link.yaml",
      "./.hidden.yaml",
      "./ice.config.mjs",
      "./.none",
    ])
      expect(problem(path), path).toEqual(denied);
    expect(problem("./none.yaml")).toMatchObject({ code: "ICE_FILE_NOT_FOUND" });
    expect(problem("./parts")).toMatchObject({
      code: "ICE_FILE_NOT_FOUND",
      message: '"./parts" is a directory, not a file.',
    });
    writeFileSync(join(folder, "flows/large.yaml"), "x".repeat(101));
    expect(problem("./large.yaml")).toMatchObject({ code: "ICE_FILE_DENIED", details: { bytes: 101, maxBytes: 100 } });
  });
});

describe("what code is granted", () => {
  test("a directory that may be read or written, even if it does not exist yet", async () => {
    const folder = folderWith({ "data/a.txt": "x" });
    const files = createFileAccess({ directory: folder });
    expect(await files.grant("data", { write: false })).toBe(join(folder, "data"));
    expect(await files.grant("out/new", { write: true })).toBe(join(folder, "out/new"));
    expect(await rejection(files.grant("data", { write: true }))).toEqual(denied);
    for (const directory of ["..", "/", "node_modules", ".ice"])
      expect(await rejection(files.grant(directory, { write: false })), directory).toEqual(denied);
  });

  test("nothing leads out of it", async () => {
    const folder = folderWith({ "data/a.txt": "x", "b.txt": "y" });
    symlinkSync("../b.txt", join(folder, "data/link.txt"));
    const files = createFileAccess({ directory: folder });
    const within = await files.grant("data", { write: false });
    expect(await files.read("data/a.txt", { within })).toHaveLength(1);
    for (const path of ["b.txt", "data/link.txt", "data/../b.txt"])
      expect(await rejection(files.read(path, { within })), path).toMatchObject({
        message: expect.stringContaining("is outside"),
      });
  });
});
