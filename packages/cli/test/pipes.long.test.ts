import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blueprint, echo, folderWith } from "./fake-terminal.ts";
import { main, startProcess } from "./real-process.ts";

const start = (argv: readonly string[], files: Record<string, string>) => startProcess(argv, { files });

const large = { "w.json": blueprint([echo("a", { text: "x".repeat(900_000) })]) };

test("a reader that closes the pipe ends the process quietly", async () => {
  const { child, text, ended } = start(["run", "w.json"], large);
  child.stdout.destroy();
  expect((await ended).code).toBe(0);
  expect(text.stderr).toMatch(/^✓ a tool \d+ ms\ncompleted \S+ \d+ ms\n$/);
});

test.skipIf(!existsSync("/dev/full"))("a result that cannot be written is a failure, and says so", async () => {
  for (const blueprintFile of [large, { "w.json": blueprint([echo("a")]) }]) {
    const full = openSync("/dev/full", "w");
    const { text, ended } = startProcess(["run", "w.json", "--quiet"], { files: blueprintFile, stdout: full });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(text.stderr).toMatch(
      /^error ICE_OUTPUT_UNWRITTEN {2}The result could not be written: ENOSPC.*\nfix: free some space/,
    );
    closeSync(full);
  }
});

test("a file gets the whole result", async () => {
  const file = join(folderWith({}), "out.json");
  const out = openSync(file, "w");
  const { ended } = startProcess(["run", "w.json", "--quiet"], { files: large, stdout: out });
  expect(await ended).toEqual({ code: 0, signal: null });
  closeSync(out);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ a: { text: "x".repeat(900_000) } });
});

// Node's own stream takes a short write for a whole one: the end of the result would be lost without an error.
test.skipIf(process.platform === "win32")(
  "a disk that becomes full while the result is written is noticed",
  async () => {
    const cwd = folderWith(large);
    const command = [process.execPath, "--conditions=@ice/source", main, "run", "w.json", "--quiet"].join(" ");
    const shell = spawnSync("bash", ["-c", `trap '' XFSZ; ulimit -f 100; ${command} --store memory: > out.json`], {
      cwd,
      encoding: "utf8",
    });
    expect(shell.status).toBe(1);
    expect(shell.stderr).toMatch(/^error ICE_OUTPUT_UNWRITTEN .*EFBIG/);
  },
);

test("messages that are not read have no effect", async () => {
  const { child, text, ended } = start(["run", "w.json"], large);
  child.stderr.destroy();
  expect((await ended).code).toBe(0);
  expect(JSON.parse(text.stdout)).toMatchObject({ a: { text: expect.any(String) } });
});

test("a large document reaches a slow reader whole", async () => {
  const { child, text, ended } = start(["run", "w.json"], large);
  child.stdout.pause();
  await once(child.stderr, "data");
  child.stdout.resume();
  expect((await ended).code).toBe(0);
  expect(JSON.parse(text.stdout)).toMatchObject({ a: { text: "x".repeat(900_000) } });
});

test("a blueprint comes through standard input", async () => {
  const { child, text, ended } = start(["run", "-", "--quiet"], {});
  child.stdin.end(blueprint([echo("a", { text: "grün" })]));
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(JSON.parse(text.stdout)).toEqual({ a: { text: "grün" } });
});

test.each([
  ["text that is no UTF-8", Uint8Array.of(0x6e, 0xfc), "is not valid UTF-8"],
  ["more than 16 MiB", new Uint8Array(16 * 1024 * 1024 + 1).fill(0x20), "has more than 16777216 bytes"],
])("%s is refused", async (_name, bytes, message) => {
  const { child, text, ended } = start(["validate", "-"], {});
  child.stdin.end(bytes);
  expect((await ended).code).toBe(3);
  expect(text.stderr).toContain(`error ICE_INPUT_INVALID  Standard input ${message}.`);
});
