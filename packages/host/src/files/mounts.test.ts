import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/folder.ts";

const canMount = spawnSync("unshare", ["-rm", "true"]).status === 0;
const missing = canMount ? "" : " (skipped: no mounts of one's own here)";
const entry = new URL("create-file-access.ts", import.meta.url).href;

/** What a process answers in whose folder there are these mounts: `source target`, `target` in the folder. */
function filesWith(folder: string, mounts: readonly string[], uses: readonly string[]): unknown {
  const program = `
    import { createFileAccess } from ${JSON.stringify(entry)};
    const files = createFileAccess({ read: ["."], write: ["."] });
    files.protect(".ice/ice.db", "store");
    const answers = await Promise.all([${uses.join(",")}].map((answer) => answer.then(() => "done", ({ code }) => code)));
    console.log(JSON.stringify(answers));`;
  const mounting = mounts.map((mount) => `mount --rbind ${mount}`).join(" && ");
  const { stdout, stderr } = spawnSync(
    "unshare",
    ["-rm", "sh", "-c", `${mounting} && exec "$@"`, "sh", process.execPath, "--conditions=@ice/source"].concat([
      "--input-type=module",
      "-e",
      program,
    ]),
    { cwd: folder, encoding: "utf8", timeout: 60_000 },
  );
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

describe.skipIf(!canMount)(`files mounted elsewhere are recognised${missing}`, () => {
  test("kernel file systems", () => {
    const folder = folderWith({ "p/x": "", "s/x": "", "a.txt": "free" });
    const mounts = [`/proc ${join(folder, "p")}`, `/sys ${join(folder, "s")}`];
    const denied = [
      'files.read("p/self/environ")',
      'files.read("p/nothing")',
      'files.list("p/self")',
      'files.read("s/kernel/notes")',
      'files.write("p/self/comm", "x", { append: true })',
      'files.write("p/deep/new.txt", "x")',
      'files.grant("p", { write: false })',
      '(async () => files.readReference("p/self/status", process.cwd() + "/flow.yaml", { maxBytes: 1000 }))()',
    ];
    const answers = filesWith(folder, mounts, [...denied, 'files.read("a.txt")']);
    expect(answers).toEqual([...denied.map(() => "ICE_FILE_DENIED"), "done"]);
  });

  test("the store", () => {
    const folder = folderWith({ ".ice/ice.db": "data", "data/x": "" });
    const uses = ['files.read("data/ice.db")', 'files.write("data/ice.db", "x", { append: true })'];
    expect(filesWith(folder, [`.ice ${join(folder, "data")}`], uses)).toEqual(["ICE_FILE_DENIED", "ICE_FILE_DENIED"]);
  });
});
