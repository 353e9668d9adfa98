import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { shellWord } from "../src/args/command-line.ts";
import { describeCommands } from "../src/cli.ts";
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
    expect.arrayContaining(["runs list", "tools list", "nodes show loop", "respond r ask --approve"]),
  );
});

test("the engine's messages name no commands, because not every user has the command line", () => {
  const pattern = new RegExp(
    String.raw`\bice (?:${describeCommands()
      .commands.map(({ name }) => name)
      .join("|")})\b`,
  );
  const named = globSync("{core,orchestrator}/src/**/*.ts", { cwd: packages })
    .filter((file) => !file.endsWith(".test.ts"))
    .flatMap((file) =>
      readFileSync(`${packages}/${file}`, "utf8")
        .split("\n")
        .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
        .flatMap((line) => {
          const [command] = pattern.exec(line) ?? [];
          return command === undefined ? [] : [`${file}: ${command}`];
        }),
    );
  expect(named).toEqual([]);
});

test("the command line names the command that shows the arguments of a tool, where the engine speaks of them", async () => {
  const node = { id: "a", type: "tool", toolName: "sleep", toolArgs: { ms: "{{ 'so' + 'on' }}" } };
  const { stderr } = await ice(["run", "late.json"], { files: { "late.json": blueprint([node]) } });
  expect(stderr).toMatch(/^fix: correct the arguments; .* that it declares: ice tools list$/m);
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

test.each<[argv: readonly string[], option: RegExp]>([
  [["run", "w.json", "--input", "name"], /^fix: write (--input \S+)$/m],
  [["run", "w.json", "--timeout", "soon"], /^fix: write (--timeout \S+)$/m],
  [["run", "w.json", "--max-concurrency", "0"], /^fix: write (--max-concurrency \S+)$/m],
  [["run", "w.json", "--as", ""], /^fix: write (--as \S+), or remove it$/m],
  [["run", "w.json", "--store", "redis:x"], /^fix: use (memory:), sqlite:PATH or postgres:/m],
  [["run", "w.json", "--store", "redis:x"], /^fix: use memory:, (sqlite:PATH) or postgres:/m],
])("%j is refused with a fix that is accepted", async (argv, option) => {
  const files = { "w.json": blueprint([{ id: "a", type: "tool", toolName: "echo", toolArgs: {} }]) };
  const { stderr } = await ice(argv, { files });
  const [, written = ""] = option.exec(stderr) ?? [];
  const words = written.startsWith("--") ? written.split(" ") : ["--store", written];
  expect([written, (await ice(["run", "w.json", ...words], { files })).code]).toEqual([expect.stringMatching(/./), 0]);
});

/** The words that a POSIX shell makes of a command line. */
const wordsOf = (command: string): string[] =>
  spawnSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
    .stdout.trimEnd()
    .split("\n");

const inputs = {
  type: "object",
  additionalProperties: false,
  properties: {
    n: { type: "integer" },
    zip: { type: "string", pattern: "^[0-9]{5}$", default: "12345" },
    name: { type: "string" },
    flag: { type: "boolean" },
    tags: { type: "array", items: { type: "string" } },
    level: { enum: ["low", "high"] },
    day: { type: "string", format: "date", minLength: 10 },
    from: { type: "number", minimum: 100 },
    either: { type: ["string", "number"], minLength: 3, maximum: 5 },
    order: {
      type: "object",
      required: ["lines"],
      properties: { lines: { type: "array", items: { type: "object", properties: { qty: { type: "number" } } } } },
    },
  },
};

test.each<[given: string | undefined, required: string, fix: string | RegExp]>([
  [undefined, "n", "--input n=3"],
  ["n=many", "n", "--input n=3"],
  [`n="7"`, "n", "--input n=7"],
  ["zip=12", "zip", `--input zip='"12345"'`],
  [undefined, "name", "--input name=text"],
  ["flag=yes", "flag", "--input flag=true"],
  ["tags=a", "tags", `--input tags='["a"]'`],
  ["level=hihg", "level", "--input level=low"],
  [undefined, "from", "--input from=100"],
  ["from=5", "from", "--input from=100"],
  [undefined, "day", /^--input day=/],
  [undefined, "order", `--input order='{"lines":[{}]}'`],
  ['order={"lines":[{"qty":"2"}]}', "order", `--input order='{"lines":[{"qty":2}]}'`],
  ['order={"lines":5}', "order", `--input order='{"lines":[{}]}'`],
  ["n", "n", "--input n=3"],
  ["nn", "n", "--input n=3"],
  ['{"n":1,"name":"a b"}', "n", "--input n=1 --input name='a b'"],
  ['{"name":"x=1"}', "name", "--input name=x=1"],
])("the input %s where %s is wanted is answered with an option that is taken", async (given, required, fix) => {
  const files = {
    "w.json": blueprint([{ id: "a", type: "tool", toolName: "echo", toolArgs: {} }], {
      inputs: { ...inputs, required: [required] },
    }),
  };
  const { stderr, code } = await ice(["run", "w.json", ...(given === undefined ? [] : ["--input", given])], { files });
  const [, option = ""] = /^fix: write (--input .*)$/m.exec(stderr) ?? [];
  expect([code === 0, option]).toEqual([false, typeof fix === "string" ? fix : expect.stringMatching(fix)]);
  const again = await ice(["run", "w.json", ...wordsOf(option)], { files });
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("completed")]);
});

test("an input that is not there says what is, a file without @ is named with it", async () => {
  const files = {
    "w.json": blueprint([{ id: "a", type: "tool", toolName: "echo", toolArgs: {} }], { inputs }),
    "in.json": "{}",
  };
  expect((await ice(["run", "w.json", "--input", "nmae=1"], { files })).stderr).toContain('fix: did you mean "name"?');
  expect((await ice(["run", "w.json", "--input", "qqqqqqq=1"], { files })).stderr).toContain(
    "fix: remove it; the blueprint declares n, zip,",
  );
  expect((await ice(["run", "w.json", "--input", "in.json"], { files })).stderr).toContain(
    "fix: write --input @in.json\n",
  );
});

test("the fix for inputs that are not an object is accepted", async () => {
  const files = { "w.json": blueprint([{ id: "a", type: "tool", toolName: "echo", toolArgs: {} }]) };
  const { stderr } = await ice(["run", "w.json", "--input", "-"], { files, stdin: "[1]" });
  const [, stdin = ""] = /^fix: write (\{.*\})$/m.exec(stderr) ?? [];
  expect((await ice(["run", "w.json", "--input", "-"], { files, stdin })).code).toBe(0);
});

test("a document of the other kind is answered with the commands that take it", async () => {
  const workflow = { id: "a", type: "tool", toolName: "echo", toolArgs: {} };
  const files = {
    "w.json": blueprint([workflow]),
    "n.json": JSON.stringify({ schemaVersion: "ice-network/v1", name: "n", workflows: [{ id: "w", ref: "./w.json" }] }),
  };
  for (const [argv, file] of [
    [["run"], "n.json"],
    [["network", "run"], "w.json"],
  ] as const) {
    const { stderr } = await ice([...argv, file], { files });
    const fix = /^fix: (.*)$/m.exec(stderr)?.[1] ?? "";
    const commands = Array.from(fix.matchAll(/\bice ((?:network )?(?:run|validate|graph))/g), ([, words]) => words!);
    expect(commands).toHaveLength(3);
    for (const command of commands)
      expect((await ice([...command.split(" "), file], { files })).code, `ice ${command} ${file}`).toBe(0);
  }
});

/** What stands in the manifest of a package about what it may be used with. */
interface Manifest {
  readonly name: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(`${packages}/${folder}/package.json`, "utf8")) as Manifest;

test("a package that a fix says to install is one that the package which says it can be used with", () => {
  const installs: string[] = [];
  for (const file of globSync("*/src/**/*.ts", { cwd: packages })) {
    if (file.endsWith(".test.ts")) continue;
    const { peerDependencies = {} } = manifestOf(file.split(/[\\/]/)[0]!);
    const source = readFileSync(`${packages}/${file}`, "utf8");
    for (const [, name = "", version] of source.matchAll(/\binstall (@?[\w-]+\/[\w./-]+?)(?:@([\w.-]+))?(?=[\s"`])/g)) {
      installs.push(name);
      const range = peerDependencies[name];
      expect(range, `${file} says to install ${name}`).toBeDefined();
      if (version !== undefined) expect(range, file).toMatch(new RegExp(`^\\^${version}(?:\\.|$)`));
    }
  }
  expect([...new Set(installs)].toSorted()).toEqual(["@bytecodealliance/jco-transpile", "@ice/sandbox-python"]);
  const workspace = globSync("*/package.json", { cwd: packages }).map((file) => manifestOf(dirname(file)).name);
  expect(workspace).toContain("@ice/sandbox-python");
});

test("the option that a refused input is answered with is taken", async () => {
  const cwd = folderWith({ "w.json": blueprint([{ id: "a", type: "tool", toolName: "echo", toolArgs: {} }]) });
  const refused = await ice(["run", "w.json", "--input", "id=1234567890123456789"], { cwd });
  const option = /write a string: --input '(.*)'/.exec(refused.stderr)?.[1] ?? "";
  expect((await ice(["run", "w.json", "--input", option], { cwd })).code).toBe(0);
});

test("the option that an answer which is not JSON is answered with is taken", async () => {
  const cwd = await waiting({ ...ask, approvalType: "input" });
  const refused = await ice(["respond", "r", "ask", "--data", "text"], { cwd });
  const option = /--data '(.*)'/.exec(refused.stderr)?.[1] ?? "";
  expect((await ice(["respond", "r", "ask", "--data", option], { cwd })).code).toBe(0);
});

test("an answer that would lose precision is refused with its place", async () => {
  const cwd = await waiting({ ...ask, approvalType: "input" });
  const answer = await ice(["respond", "r", "ask", "--data", '{"ids":[1234567890123456789]}'], { cwd });
  expect(answer).toMatchObject({
    code: 3,
    stderr:
      "error ICE_RESPONSE_INVALID  At /response/ids/0: the integer 1234567890123456789 would lose precision.\n" +
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
