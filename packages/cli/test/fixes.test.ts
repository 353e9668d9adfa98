import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { shellWord } from "../src/command-line.ts";
import { blueprint, folderWith, ice } from "./fake-terminal.ts";

vi.setConfig({ testTimeout: 30_000 });

const packages = fileURLToPath(new URL("../..", import.meta.url));
const ask = { id: "ask", type: "human", promptMessage: "Go?", approvalType: "approval" };

/** A folder with a run "r" that waits at "ask". */
async function waiting(node: object = ask): Promise<string> {
  const cwd = folderWith({ "w.json": blueprint([node]) });
  expect((await ice(["run", "w.json", "--run-id", "r"], { cwd })).code).toBe(5);
  return cwd;
}

/** Commands in the sources that stand in a `fix`, with the run and the path of `waiting()` for what is filled in. */
function commandsInFixes(): string[] {
  const found = new Set<string>();
  for (const file of globSync("*/src/**/*.ts", { cwd: packages })) {
    if (file.endsWith(".test.ts")) continue;
    for (const line of readFileSync(`${packages}/${file}`, "utf8").split("\n")) {
      if (!/fix\b|\|\| "see ice/.test(line)) continue;
      for (const [, words = ""] of line.matchAll(
        /\bice ((?:run|resume|respond|runs|explain|validate|graph|network|nodes|tools|schema|doctor|--)[^"`,;\\]*)/g,
      ))
        found.add(
          words
            .replace(/\$\{[^}]*\}|\bRUN\b/g, "r")
            .replace(/\bPATH\b/, "ask")
            .trim(),
        );
    }
  }
  return [...found];
}

const commands = commandsInFixes();

test("fixes that are commands are found in the sources", () => {
  expect(commands).toEqual(
    expect.arrayContaining(["runs list", "runs show r", "tools list", "nodes show loop", "respond r ask --approve"]),
  );
});

test.each(commands)("ice %s, which a fix says, is a command that works", async (command) => {
  const { code, stderr } = await ice(command.split(" "), { cwd: await waiting() });
  expect([code, stderr.startsWith("error")]).toEqual([0, false]);
});

test("the commands that a suspended run prints are those that take it to its end", async () => {
  const cwd = await waiting();
  const { stderr } = await ice(["runs", "show", "r"], { cwd });
  for (const label of ["answer", "continue"]) {
    const command = new RegExp(`${label}: ice (.*)`).exec(stderr)?.[1] ?? "";
    expect((await ice(command.split(" "), { cwd })).code).toBe(0);
  }
  expect((await ice(["runs", "show", "r", "--json"], { cwd })).json).toMatchObject({ status: "completed" });
});

test("the option that a refused input is answered with is taken", async () => {
  const cwd = folderWith({ "w.json": blueprint([{ id: "a", type: "tool", toolName: "echo", toolArgs: {} }]) });
  const refused = await ice(["run", "w.json", "--input", "id=1234567890123456789"], { cwd });
  const option = /write a text: --input '(.*)'/.exec(refused.stderr)?.[1] ?? "";
  expect((await ice(["run", "w.json", "--input", option], { cwd })).code).toBe(0);
});

test("the option that an answer which is not JSON is answered with is taken", async () => {
  const cwd = await waiting({ ...ask, approvalType: "input" });
  const refused = await ice(["respond", "r", "ask", "--data", "text"], { cwd });
  const option = /--data '(.*)'/.exec(refused.stderr)?.[1] ?? "";
  expect((await ice(["respond", "r", "ask", "--data", option], { cwd })).code).toBe(0);
});

test("an answer that would lose digits is refused with its place", async () => {
  const cwd = await waiting({ ...ask, approvalType: "input" });
  const answer = await ice(["respond", "r", "ask", "--data", '{"ids":[1234567890123456789]}'], { cwd });
  expect(answer).toMatchObject({
    code: 3,
    stderr:
      "error ICE_RESPONSE_INVALID  At /response/ids/0: the integer 1234567890123456789 would lose digits.\n" +
      "fix: keep integers within ±2^53, or write a string in quotes\n",
  });
});

test
  .skipIf(spawnSync("bash", ["-c", "true"]).status !== 0)
  .each(["=ls", "plain", "it's a b", 'a"b\\c$(touch owned)`x`!', "two\nlines\tand\u001B[2J\u202E", "grün\n漢字 👍"])(
  "%j as a word of a shell is one line, and bash reads it back",
  (text) => {
    const word = shellWord(text);
    expect(word).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const { stdout } = spawnSync("bash", ["-c", `printf %s ${word}`], { encoding: "utf8", env: { LC_ALL: "C.UTF-8" } });
    expect(stdout).toBe(text);
  },
);
