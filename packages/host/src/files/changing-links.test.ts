import { readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type * as promises from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { folderWith } from "../../test/folder.ts";
import { createFileAccess } from "./create-file-access.ts";

/** What another process does right before and right after a file is opened: the moments between check and use. */
const others = vi.hoisted(() => ({ before: (): void => {}, after: (_handle: FileHandle): void => {} }));
afterEach(() => Object.assign(others, { before: () => {}, after: () => {} }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof promises>();
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      others.before();
      const handle = await real.open(...args);
      others.after(handle);
      return handle;
    },
  };
});

const signal = new AbortController().signal;
const rejection = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** `root/sub/a.txt`, and a directory outside with a file of the same name. */
function house() {
  const folder = folderWith({ "root/sub/a.txt": "inside", "outside/a.txt": "secret" });
  const sub = join(folder, "root/sub");
  const aside = join(folder, "root/aside");
  return {
    folder,
    files: createFileAccess({ directory: join(folder, "root"), write: ["."] }),
    swapDirectory: () => {
      renameSync(sub, aside);
      symlinkSync(join(folder, "outside"), sub);
    },
    swapBack: () => {
      rmSync(sub);
      renameSync(aside, sub);
    },
    swapFile: () => {
      rmSync(join(sub, "a.txt"));
      symlinkSync(join(folder, "outside/a.txt"), join(sub, "a.txt"));
    },
  };
}

test("a file that becomes a link to the outside before it is opened is not read", async () => {
  const { files, swapFile } = house();
  others.before = swapFile;
  expect(await rejection(files.read("sub/a.txt", { signal }))).toMatchObject({
    code: "ICE_FILE_DENIED",
    message: '"sub/a.txt" is a link that cannot be followed.',
  });
});

test("a directory that becomes a link to the outside before a file in it is opened is not read", async () => {
  const { files, swapDirectory } = house();
  others.before = swapDirectory;
  expect(await rejection(files.read("sub/a.txt", { signal }))).toMatchObject({
    code: "ICE_FILE_DENIED",
    message: expect.stringContaining("is outside"),
  });
});

test("nor when the link is removed again before the second check", async () => {
  const { files, swapDirectory, swapBack } = house();
  Object.assign(others, { before: swapDirectory, after: swapBack });
  expect(await rejection(files.read("sub/a.txt", { signal }))).toMatchObject({
    code: "ICE_FILE_DENIED",
    message: '"sub/a.txt" changed each time it was opened.',
  });
});

test("a file that disappears after it was opened is denied, not read", async () => {
  const { files, folder } = house();
  others.after = () => rmSync(join(folder, "root/sub"), { recursive: true });
  expect(await rejection(files.read("sub/a.txt", { signal }))).toMatchObject({ code: "ICE_FILE_DENIED" });
});

test.each([false, true])("nothing is written through a directory that becomes a link (append: %s)", async (append) => {
  const { files, folder, swapDirectory } = house();
  others.before = swapDirectory;
  expect(await rejection(files.write("sub/a.txt", "gotcha", { append, signal }))).toMatchObject({
    code: "ICE_FILE_DENIED",
  });
  expect(readFileSync(join(folder, "outside/a.txt"), "utf8")).toBe("secret");
  expect(readdirSync(join(folder, "outside"))).toEqual(["a.txt"]);
});

test.each([false, true])("nor when the link is removed again (append: %s)", async (append) => {
  const { files, folder, swapDirectory, swapBack } = house();
  Object.assign(others, { before: swapDirectory, after: swapBack });
  expect(await rejection(files.write("sub/a.txt", "gotcha", { append, signal }))).toMatchObject({
    code: "ICE_FILE_DENIED",
  });
  expect(readFileSync(join(folder, "outside/a.txt"), "utf8")).toBe("secret");
  expect(readFileSync(join(folder, "root/sub/a.txt"), "utf8")).toBe("inside");
});

test("a transient system error is not reported as a denial", async () => {
  const { files } = house();
  others.before = () => {
    throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
  };
  expect(await rejection(files.read("sub/a.txt", { signal }))).toMatchObject({ code: "EMFILE" });
});

test("a file that the system protects is denied, and no draft is left behind", async () => {
  const { files, folder } = house();
  others.before = () => {
    throw Object.assign(new Error("permission denied, open /somewhere"), { code: "EACCES" });
  };
  for (const work of [() => files.read("sub/a.txt", { signal }), () => files.write("sub/a.txt", "x", { signal })])
    expect(await rejection(work())).toMatchObject({
      code: "ICE_FILE_DENIED",
      message: '"sub/a.txt" is not permitted by the system.',
      cause: { code: "EACCES" },
    });
  expect(readdirSync(join(folder, "root/sub"))).toEqual(["a.txt"]);
});

test("cancelling after the draft was written leaves the old file", async () => {
  const { files, folder } = house();
  const controller = new AbortController();
  others.after = (handle) => {
    const write = handle.writeFile.bind(handle);
    handle.writeFile = (...args) => write(...args).then(() => controller.abort("enough"));
  };
  expect(await rejection(files.write("sub/a.txt", "new", { signal: controller.signal }))).toBe("enough");
  expect(readFileSync(join(folder, "root/sub/a.txt"), "utf8")).toBe("inside");
  expect(readdirSync(join(folder, "root/sub"))).toEqual(["a.txt"]);
});
