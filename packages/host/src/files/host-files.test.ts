import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/folder.ts";
import type { FileAccess, IceError } from "@ice/core";
import { createFileAccess } from "./create-file-access.ts";

const never = new AbortController().signal;
const rejection = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const textOf = async (files: FileAccess, path: string) =>
  new TextDecoder().decode(await files.read(path, { signal: never }));

/** One directory, to be read and written. */
const openTo = (directory: string) => ({ directory, write: ["."] });

/** A root with a file, and a secret beside the root. */
function house() {
  const folder = folderWith({
    "root/a.txt": "inside",
    "root/sub/b.txt": "deeper",
    "secret.txt": "secret",
    "rooted/c.txt": "a neighbour whose name begins like the root's",
  });
  const root = join(folder, "root");
  return { folder, root, files: createFileAccess(openTo(root)) };
}

describe("which paths are allowed", () => {
  test("paths are relative to the first root; absolute paths and `..` are accepted below any root", async () => {
    const { folder, root } = house();
    const files = createFileAccess({ directory: root, read: [root, join(folder, "rooted")] });
    expect(await textOf(files, "sub/b.txt")).toBe("deeper");
    expect(await textOf(files, "sub/../a.txt")).toBe("inside");
    expect(await textOf(files, join(root, "a.txt"))).toBe("inside");
    expect(await textOf(files, "../rooted/c.txt")).toContain("neighbour");
  });

  test("unless the owner says otherwise, files are read below the working directory", async () => {
    expect(await textOf(createFileAccess(), "SECURITY.md")).toContain("# Security");
    expect(await rejection(createFileAccess().read("/etc/hostname", { signal: never }))).toMatchObject({
      code: "ICE_FILE_DENIED",
    });
  });

  test("`{tenant}` in a root is the tenant of the run, and no tenant reaches the root of another", async () => {
    const folder = folderWith({
      "data/acme/a.txt": "of acme",
      "data/default/a.txt": "of no one",
      "data/all.txt": "all",
    });
    const files = createFileAccess({ directory: folder, read: ["data/{tenant}"], write: ["data/{tenant}/out"] });
    const acme = files.forTenant("acme");
    expect(await textOf(acme, "data/acme/a.txt")).toBe("of acme");
    expect(await textOf(files, "data/default/a.txt")).toBe("of no one");
    expect(files.forTenant("acme")).toBe(acme);
    expect(acme.forTenant("default")).toBe(files);
    for (const path of ["data/default/a.txt", "data/acme/../default/a.txt", "data/all.txt", "data/{tenant}/a.txt"])
      expect(await rejection(acme.read(path))).toMatchObject({ code: "ICE_FILE_DENIED" });
    await acme.write("data/acme/out/b.txt", "x");
    expect(await rejection(acme.write("data/default/out/b.txt", "x"))).toMatchObject({ code: "ICE_FILE_DENIED" });
    await expect(acme.grant("data/default", { write: false })).rejects.toMatchObject({ code: "ICE_FILE_DENIED" });
    acme.protect(join(folder, "data/default/a.txt"), "store");
    expect(await rejection(files.read("data/default/a.txt"))).toMatchObject({ code: "ICE_FILE_DENIED" });
    expect(() => files.forTenant("../x")).toThrow(expect.objectContaining({ code: "ICE_USAGE" }));
    const shared = createFileAccess({ directory: folder });
    expect(shared.forTenant("acme")).toBe(shared);
  });

  test("a root that is a link stands for its target", async () => {
    const { folder, root } = house();
    symlinkSync(root, join(folder, "alias"));
    const files = createFileAccess({ directory: join(folder, "alias") });
    expect(await textOf(files, "a.txt")).toBe("inside");
    expect(await textOf(files, join(root, "a.txt"))).toBe("inside");
  });

  test.each([
    ["the way up", () => "../secret.txt"],
    ["the way up in the middle", () => "sub/../../secret.txt"],
    ["an absolute path", ({ folder }: { folder: string }) => join(folder, "secret.txt")],
    ["a neighbour whose name begins like the root's", () => "../rooted/c.txt"],
    ["a file outside that is not there", () => "../nothing.txt"],
    ["a folder outside that is not there", () => "../nothing/at/all.txt"],
  ])("%s leads outside: reading and writing are denied", async (_name, pathIn) => {
    const { folder, root, files } = house();
    const path = pathIn({ folder });
    const denial = { code: "ICE_FILE_DENIED", details: { path }, message: expect.stringContaining(`(${root})`) };
    expect(await rejection(files.read(path, { signal: never }))).toMatchObject(denial);
    expect(await rejection(files.write(path, "gotcha", { signal: never }))).toMatchObject(denial);
    expect(await rejection(files.write(path, "gotcha", { append: true, signal: never }))).toMatchObject(denial);
    expect(readFileSync(join(folder, "secret.txt"), "utf8")).toBe("secret");
    expect(readdirSync(folder).toSorted()).toEqual(["root", "rooted", "secret.txt"]);
  });

  test.each(["", "a\0.txt"])("%j is not a path", async (path) => {
    const { files } = house();
    expect(await rejection(files.read(path, { signal: never }))).toMatchObject({
      code: "ICE_FILE_DENIED",
      fix: "name a file",
    });
    expect(await rejection(files.write(path, "", { signal: never }))).toMatchObject({ code: "ICE_FILE_DENIED" });
  });
});

describe("where others than the owner write blueprints", () => {
  test("errors repeat the path that was named, and show no directory of the owner", async () => {
    const { folder, root } = house();
    const files = createFileAccess({ ...openTo(root), isShared: true });
    const base = join(folder, "elsewhere/w.yaml");
    const problems = [
      await rejection(files.read("../secret.txt", { signal: never })),
      await rejection(files.write("../new.txt", "x", { signal: never })),
      await rejection(files.list("..", { signal: never })),
      await rejection(files.grant("..", { write: false })),
      await rejection(files.read("b.txt", { signal: never })),
      await rejection(files.write("a.txt/b", "x", { signal: never })),
      await rejection(Promise.resolve().then(() => files.readReference("./x.yaml", base, { maxBytes: 100 }))),
    ].map((error) => ({ ...(error as IceError), message: (error as IceError).message, cause: undefined }));
    expect(problems.map(({ message }) => message)).toEqual([
      '"../secret.txt" is outside the directories that may be read.',
      '"../new.txt" is outside the directories that may be written.',
      '".." is outside the directories that may be read.',
      '".." is outside the directories that may be read.',
      'There is no file "b.txt".',
      '"a.txt/b" has a part in its path that is not a directory.',
      '"./x.yaml" is outside the directories from which blueprints are read.',
    ]);
    expect(JSON.stringify(problems)).not.toContain(folder);
  });

  test("that nothing is allowed is no secret", async () => {
    const { root } = house();
    const files = createFileAccess({ directory: root, read: [], isShared: true });
    expect(await rejection(files.read("a.txt", { signal: never }))).toMatchObject({
      message: '"a.txt" is outside the directories that may be read (none).',
    });
  });
});

describe("links", () => {
  test("a link to a file below the root is followed, and written through", async () => {
    const { root, files } = house();
    symlinkSync("sub/b.txt", join(root, "link.txt"));
    expect(await textOf(files, "link.txt")).toBe("deeper");
    await files.write("link.txt", "new", { signal: never });
    expect(readFileSync(join(root, "sub/b.txt"), "utf8")).toBe("new");
    expect(readdirSync(root).toSorted()).toEqual(["a.txt", "link.txt", "sub"]);
  });

  test("a link to a file outside is denied", async () => {
    const { folder, root, files } = house();
    symlinkSync(join(folder, "secret.txt"), join(root, "link.txt"));
    for (const work of [
      () => files.read("link.txt", { signal: never }),
      () => files.write("link.txt", "gotcha", { signal: never }),
      () => files.write("link.txt", "gotcha", { append: true, signal: never }),
    ])
      expect(await rejection(work())).toMatchObject({ code: "ICE_FILE_DENIED" });
    expect(readFileSync(join(folder, "secret.txt"), "utf8")).toBe("secret");
  });

  test("a link to a directory outside is denied, also for a file that does not exist yet", async () => {
    const { folder, root, files } = house();
    symlinkSync(folder, join(root, "up"));
    for (const work of [
      () => files.read("up/secret.txt", { signal: never }),
      () => files.read("up/nothing.txt", { signal: never }),
      () => files.write("up/new.txt", "gotcha", { signal: never }),
      () => files.write("up/new/new.txt", "gotcha", { signal: never }),
      () => files.write("up/new.txt", "gotcha", { append: true, signal: never }),
    ])
      expect(await rejection(work())).toMatchObject({ code: "ICE_FILE_DENIED" });
    expect(readdirSync(folder).toSorted()).toEqual(["root", "rooted", "secret.txt"]);
  });

  test("a dangling link to the outside creates nothing there", async () => {
    const { folder, root, files } = house();
    symlinkSync(join(folder, "nothing"), join(root, "link"));
    expect(await rejection(files.read("link", { signal: never }))).toMatchObject({ code: "ICE_FILE_NOT_FOUND" });
    expect(await rejection(files.write("link", "x", { append: true, signal: never }))).toMatchObject({
      code: "ICE_FILE_DENIED",
    });
    expect(await rejection(files.write("link/deep/x", "x", { signal: never }))).toMatchObject({
      code: "ICE_FILE_DENIED",
    });
    expect(await rejection(files.write("link", "x", { signal: never }))).toMatchObject({
      code: "ICE_FILE_DENIED",
      message: expect.stringContaining("is a link to a file that does not exist"),
    });
    expect(existsSync(join(folder, "nothing"))).toBe(false);
  });

  test("a cycle of links is not a file", async () => {
    const { root, files } = house();
    symlinkSync("two", join(root, "one"));
    symlinkSync("one", join(root, "two"));
    expect(await rejection(files.read("one", { signal: never }))).toMatchObject({ code: "ICE_FILE_NOT_FOUND" });
  });
});

describe("reading", () => {
  test("the error for a missing file suggests the one that was meant", async () => {
    const { files } = house();
    expect(await rejection(files.read("sub/d.txt", { signal: never }))).toMatchObject({
      code: "ICE_FILE_NOT_FOUND",
      message: 'There is no file "sub/d.txt".',
      fix: 'did you mean "b.txt"?',
      details: { path: "sub/d.txt" },
    });
    expect(await rejection(files.read("no/such/folder.txt", { signal: never }))).toMatchObject({
      code: "ICE_FILE_NOT_FOUND",
      fix: "check the path",
    });
    expect(await rejection(files.read("a.txt/b.txt", { signal: never }))).toMatchObject({ code: "ICE_FILE_NOT_FOUND" });
  });

  test("a file of the largest size is read, one byte more is denied", async () => {
    const root = folderWith({ "fits.txt": "12345678", "large.txt": "123456789" });
    const files = createFileAccess({ ...openTo(root), maxFileBytes: 8 });
    expect(await textOf(files, "fits.txt")).toBe("12345678");
    expect(await rejection(files.read("large.txt", { signal: never }))).toMatchObject({
      code: "ICE_FILE_DENIED",
      message: '"large.txt" has 9 bytes; at most 8 are allowed.',
    });
  });

  test("a directory, the root itself and a pipe are not files", async () => {
    const { root, files } = house();
    spawnSync("mkfifo", [join(root, "pipe")]);
    for (const path of ["sub", ".", "pipe"])
      expect(await rejection(files.read(path, { signal: never }))).toMatchObject({
        code: "ICE_FILE_DENIED",
        message: `"${path}" is not a regular file.`,
      });
  });

  test("nothing is read after an abort", async () => {
    const { files } = house();
    expect(await rejection(files.read("a.txt", { signal: AbortSignal.abort("enough") }))).toBe("enough");
  });
});

describe("writing", () => {
  test("missing directories are created, and bytes are counted as UTF-8", async () => {
    const { root, files } = house();
    expect(await files.write("new/er/ü.txt", "grün", { signal: never })).toBe(5);
    expect(readFileSync(join(root, "new/er/ü.txt"), "utf8")).toBe("grün");
  });

  test("a file is replaced as a whole, keeps its permissions, and nothing else is left behind", async () => {
    const { root, files } = house();
    chmodSync(join(root, "a.txt"), 0o600);
    const before = statSync(join(root, "a.txt"));
    await files.write("a.txt", "new", { signal: never });
    const after = statSync(join(root, "a.txt"));
    expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("new");
    expect(after.ino).not.toBe(before.ino);
    expect(after.mode & 0o777).toBe(0o600);
    expect(readdirSync(root).toSorted()).toEqual(["a.txt", "sub"]);
  });

  test("a reader sees the old text or the new one, never a part", async () => {
    const { files } = house();
    const texts = ["a", "b"].map((letter) => letter.repeat(1_000_000));
    await files.write("big.txt", texts[0]!, { signal: never });
    const seen = new Set<string>();
    const writing = (async () => {
      for (let turn = 0; turn < 10; turn += 1) await files.write("big.txt", texts[turn % 2]!, { signal: never });
    })();
    for (let turn = 0; turn < 20; turn += 1) seen.add(await textOf(files, "big.txt"));
    await writing;
    expect([...seen].filter((text) => !texts.includes(text))).toEqual([]);
  });

  test("append adds to the end, and creates a missing file", async () => {
    const { root, files } = house();
    expect(await files.write("a.txt", " more", { append: true, signal: never })).toBe(5);
    await files.write("log/new.txt", "one\n", { append: true, signal: never });
    await files.write("log/new.txt", "two\n", { append: true, signal: never });
    expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("inside more");
    expect(readFileSync(join(root, "log/new.txt"), "utf8")).toBe("one\ntwo\n");
  });

  test("a file that would become too large is not written; appending counts the existing bytes", async () => {
    const root = folderWith({ "a.txt": "12345" });
    const files = createFileAccess({ ...openTo(root), maxFileBytes: 8 });
    expect(await rejection(files.write("new/b.txt", "123456789", { signal: never }))).toMatchObject({
      code: "ICE_FILE_DENIED",
      message: '"new/b.txt" would have 9 bytes; at most 8 are allowed.',
    });
    expect(await rejection(files.write("a.txt", "6789", { append: true, signal: never }))).toMatchObject({
      code: "ICE_FILE_DENIED",
      message: '"a.txt" has 9 bytes; at most 8 are allowed.',
    });
    await files.write("a.txt", "678", { append: true, signal: never });
    expect(readdirSync(root)).toEqual(["a.txt"]);
    expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("12345678");
  });

  test.each([false, true])(
    "a directory, a pipe and a file used as a directory are denied (append: %s)",
    async (append) => {
      const { root, files } = house();
      spawnSync("mkfifo", [join(root, "pipe")]);
      for (const path of ["sub", "pipe", "a.txt/b.txt", `${"x".repeat(300)}.txt`]) {
        const error = await rejection(files.write(path, "x", { append, signal: never }));
        expect(error).toMatchObject({ code: "ICE_FILE_DENIED", fix: expect.any(String), details: { path } });
        expect((error as Error).message).not.toContain(root); // the place of the root is no business of the caller
      }
      expect(readdirSync(root).toSorted()).toEqual(["a.txt", "pipe", "sub"]);
    },
  );

  test("a name of the maximum length is written", async () => {
    const { root, files } = house();
    const name = "n".repeat(255);
    await files.write(name, "x", { signal: never });
    expect(readFileSync(join(root, name), "utf8")).toBe("x");
  });

  test("nothing is written and no directory created after an abort", async () => {
    const { root, files } = house();
    const signal = AbortSignal.abort("enough");
    expect(await rejection(files.write("new/a.txt", "x", { signal }))).toBe("enough");
    expect(await rejection(files.write("a.txt", "x", { append: true, signal }))).toBe("enough");
    expect(readdirSync(root).toSorted()).toEqual(["a.txt", "sub"]);
    expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("inside");
  });

  test("cancelling in the middle leaves the old file and no draft", async () => {
    const { root, files } = house();
    const controller = new AbortController();
    const writing = files.write("a.txt", "x".repeat(8_000_000), { signal: controller.signal });
    controller.abort();
    expect(await rejection(writing)).toBeInstanceOf(Error);
    expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("inside");
    expect(readdirSync(root).toSorted()).toEqual(["a.txt", "sub"]);
  });
});

test("without any directory nothing is allowed", async () => {
  const folder = folderWith({ "a.txt": "x" });
  const files = createFileAccess({ directory: folder, read: [], write: [] });
  expect(await rejection(files.read("a.txt"))).toMatchObject({ code: "ICE_FILE_DENIED" });
  expect(await rejection(files.write("a.txt", "y"))).toMatchObject({ code: "ICE_FILE_DENIED" });
});
