import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeCommands } from "../src/index.ts";
import { blueprint, echo, ice } from "./fake-terminal.ts";

const { commands: described, options } = describeCommands();
const commands = described.map(({ name }) => name);
const hello = { "hello.json": blueprint([echo("a")]) };

describe("help", () => {
  test.each([[[]], [["--help"]], [["-h"]], [["help"]]])("ice %j lists every command on stdout", async (argv) => {
    const { code, stdout, stderr } = await ice(argv);
    expect([code, stderr]).toEqual([0, ""]);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
  });

  test.each(commands)("ice %s --help shows its usage, its options and two examples", async (command) => {
    for (const flag of ["--help", "-h"]) {
      const { code, stdout, stderr } = await ice([command, flag]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`Usage: ice ${command}`);
      expect(stdout).toContain("--json");
      const examples = stdout.split("Examples:\n")[1]!.trim().split("\n");
      expect(examples.length).toBeGreaterThanOrEqual(2);
      for (const example of examples) expect(example).toContain(`ice ${command}`);
    }
  });

  test.each(described)("every option of ice $name that its help shows is one that it takes", async (command) => {
    const { stdout } = await ice([command.name, "--help"]);
    for (const [option, help] of [...command.options, ...options]) {
      expect(stdout).toContain(`  ${option}`);
      expect(stdout).toContain(help);
      const [flag = "", value] = option.replace(/^-h, /, "").split(" ");
      const words = value === undefined ? [flag] : [flag, /^(?:N|DAYS|SECONDS)$/.test(value) ? "3" : "-"];
      const { stderr, stdout: json } = await ice([command.name, ...words, "--unknown"]);
      expect(stderr + json, option).toContain("There is no option --unknown.");
    }
  });

  test.each(["--version", "-v"])("ice %s prints the version of the package", async (flag) => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(await ice([flag])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("an invalid command line ends with 2", () => {
  test.each([
    ["a command", ["vlidate", "x.yaml"], 'There is no command "vlidate".', 'did you mean "validate"?'],
    ["a command like nothing", ["frobnicate"], 'There is no command "frobnicate".', "see ice --help"],
    ["a name of every object", ["toString"], 'There is no command "toString".', "see ice --help"],
    [
      "a verb",
      ["runs", "delete"],
      'runs has no verb "delete".',
      "use list, show RUN, cancel RUN, wait RUN, gc or backup FILE",
    ],
    [
      "a verb's name of every object",
      ["network", "toString"],
      'network has no verb "toString".',
      "use run, validate, graph",
    ],
    ["an option before the command", ["--quiet", "run"], 'There is no command "--quiet".', "write the command first"],
    [
      "an option",
      ["run", "hello.json", "--tiemout", "5"],
      "There is no option --tiemout.",
      'did you mean "--timeout"?',
    ],
    ["an option of another command", ["validate", "--run-id", "x"], "There is no option --run-id.", "see --help"],
    ["a short option", ["run", "-x"], "There is no option -x.", "see --help"],
    ["an option without its value", ["run", "hello.json", "--timeout"], "--timeout needs a value.", "write --timeout"],
    [
      "an option whose value is an option",
      ["run", "--run-id", "--wait"],
      '--run-id needs a value, but "--wait" looks like an option.',
      "write --run-id VALUE, or --run-id=--wait",
    ],
    ["a value for a flag", ["run", "--quiet=no"], '--quiet takes no value, but got "no".', "write --quiet"],
    ...[
      ["run", "--timeout", "above 0"],
      ["run", "--max-concurrency", "above 0"],
      ["runs", "--limit", "above 0"],
      ["runs", "--older-than", "of at least 0"],
    ].map(([command, option, bound]): [string, string[], string, string] => [
      `a negative ${option}`,
      command === "run"
        ? ["run", "hello.json", option!, "-1"]
        : ["runs", option === "--limit" ? "list" : "gc", option!, "-1"],
      `number ${bound}, but got "-1".`,
      `write ${option} 10`,
    ]),
    ["a time limit of blanks", ["run", "hello.json", "--timeout", " "], 'but got " "', "--timeout 10"],
    ["a time limit in hexadecimal", ["run", "hello.json", "--timeout=0x10"], 'but got "0x10"', "--timeout 10"],
    ["a run without a file", ["run"], "Which blueprint?", "name a file, or - for standard input"],
    ["a second file", ["validate", "hello.json", "b.json"], '"b.json" is an unexpected argument.', "pass at most 1"],
    ["a file for doctor", ["doctor", "hello.json"], '"hello.json" is an unexpected argument.', "remove it"],
    [
      "a time limit of nothing",
      ["run", "hello.json", "--timeout", "0"],
      "--timeout needs a number above 0",
      "--timeout 10",
    ],
    ["a time limit in words", ["run", "hello.json", "--timeout", "soon"], 'but got "soon"', "--timeout 10"],
    ["half a node", ["run", "hello.json", "--max-concurrency", "1.5"], "needs a whole number above 0", "10"],
    ["a run id that is none", ["run", "hello.json", "--run-id", "../x"], '"../x" is not a run id.', "use letters"],
    ["an input without a name", ["run", "hello.json", "--input", "=1"], "--input needs k=v", "--input name=value"],
    [
      "a picture of an unknown format",
      ["graph", "hello.json", "--format", "svg"],
      'no format "svg"',
      "mermaid, dot, json",
    ],
    ["a verb of nodes", ["nodes", "describe"], "nodes takes `list` or `show TYPE`.", "ice nodes show loop"],
    ["nodes show without a type", ["nodes", "show"], "nodes takes `list` or `show TYPE`.", "ice nodes show loop"],
    ["tools show without a name", ["tools", "show"], "tools takes `list` or `show NAME`.", "ice tools list"],
  ])("%s", async (_name, argv, message, fix) => {
    const { code, stdout, stderr } = await ice(argv, { files: hello });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error ICE_USAGE {2}/);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`fix: ${fix === "" ? "see --help" : ""}`);
    expect(stderr).toContain(fix);
  });

  test("with --json it is one document on stdout, and nothing else", async () => {
    const { code, json, stderr } = await ice(["run", "--jsonn", "--json"]);
    expect([code, stderr]).toEqual([2, ""]);
    expect(json).toEqual({
      error: { code: "ICE_USAGE", message: "There is no option --jsonn.", fix: 'did you mean "--json"?' },
    });
  });
});

test("a bug of ice is reported as one, without a stack trace, and ends with 10", async () => {
  const { code, stderr } = await ice(["validate", "-"]); // standard input that fails is nothing a command expects
  expect(code).toBe(10);
  expect(stderr).toBe(
    "error ICE_INTERNAL  ice has a bug: nothing was expected to read standard input\n" +
      "fix: report it with the command and the blueprint; ICE_DEBUG=1 shows the stack\n",
  );
  const debugged = await ice(["validate", "-", "--json"], { env: { ICE_DEBUG: "1" } });
  expect(debugged.stderr).toContain("at ");
  expect(debugged.json).toMatchObject({ error: { code: "ICE_INTERNAL" } });
});

test("help COMMAND is COMMAND --help", async () => {
  const { stdout, code } = await ice(["help", "run"]);
  expect([stdout, code]).toEqual([(await ice(["run", "--help"])).stdout, 0]);
  expect((await ice(["help", "runn"])).stderr).toContain('did you mean "run"?');
});
