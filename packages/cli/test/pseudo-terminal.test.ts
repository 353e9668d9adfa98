import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { blueprint, folderWith, ice } from "./fake-terminal.ts";
import { main } from "./real-process.ts";

/** Pseudo-terminals come from Python, which the systems that have them bring along. */
const driver = fileURLToPath(new URL("pseudo-terminal.py", import.meta.url));
const missing =
  process.platform === "win32" || spawnSync("python3", ["-c", "import pty, fcntl, termios"]).status !== 0
    ? " (skipped: no python3 with pty here)"
    : "";

type Step = readonly [waitFor: string, keys: string];

/** What a person sees of a run with these nodes who presses these keys, and the result. */
async function person(
  nodes: readonly object[],
  steps: readonly Step[],
  { columns = 80, env = {}, more = [] }: { columns?: number; env?: NodeJS.ProcessEnv; more?: readonly string[] } = {},
) {
  const cwd = folderWith({ "w.json": blueprint(nodes) });
  const command = [process.execPath, "--conditions=@ice/source", main, "run", "w.json", "--run-id", "r", ...more];
  const { stdout } = spawnSync("python3", [driver, String(columns), JSON.stringify(steps), ...command], {
    cwd,
    env: { PATH: process.env["PATH"], TERM: "xterm-256color", ...env },
    encoding: "utf8",
  });
  const { text, code } = JSON.parse(stdout) as { readonly text: string; readonly code: number };
  const { json } = await ice(["runs", "show", "r", "--json"], { cwd });
  return { text, code, result: json as { readonly status: string; readonly output: Record<string, unknown> } };
}

const human = (id: string, more: object): object => ({ id, type: "human", promptMessage: "Publish?", ...more });
const slow = { id: "slow", type: "tool", toolName: "sleep", toolArgs: { ms: 700 } };
const approval = human("ask", { approvalType: "approval" });

describe.skipIf(missing !== "")(`on a pseudo-terminal${missing}`, { timeout: 60_000 }, () => {
  test.each([40, 200])("%i columns: approval, choice and input are asked below the progress", async (columns) => {
    const nodes = [
      slow,
      approval,
      human("pick", { approvalType: "choice", choices: ["staging", "production"] }),
      human("say", { approvalType: "input" }),
    ];
    const { text, code, result } = await person(
      nodes,
      [
        ["yes or no: ", "yes\r"],
        ["number or text: ", "2\r"],
        ["a text: ", '{"a": 1}\r'],
      ],
      { columns },
    );
    expect(code).toBe(0);
    expect(result.output).toMatchObject({
      ask: { approved: true },
      pick: { choice: "production" },
      say: { response: { a: 1 } },
    });
    // From the first question on nothing is drawn over what stands there.
    const questions = text.slice(text.indexOf("approve? yes or no"), text.indexOf("a text: "));
    expect(questions).not.toContain("\u001B[0J");
    expect(text.match(/1 {2}staging/g)).toHaveLength(1);
  });

  test("Enter approves nothing, arrow keys and letters move nothing, Ctrl-C leaves it open", async () => {
    const { text, code, result } = await person(
      [approval],
      [
        ["yes or no: ", "\r"],
        ["yes or no: ", "\u001B[A\u001B[B\r"],
        ["yes or no: ", "k\r"],
        ["yes or no: ", "\u0003"],
      ],
    );
    expect([code, result.status]).toEqual([5, "suspended"]);
    expect(text.match(/Write yes or no/g)).toHaveLength(3);
  });

  test("a name that is typed is the name that is recorded", async () => {
    const nodes = [human("ask", { approvalType: "approval", assignees: ["ann", "lee", "kim"] })];
    const { result } = await person(nodes, [
      ["yes or no: ", "nx\u007F\r"],
      ["number or text: ", "\r"],
      ["number or text: ", "kim\r"],
    ]);
    expect(result.output["ask"]).toMatchObject({ approved: false, respondedBy: "kim" });
  });

  test("hostile texts neither clear the screen nor forge a line", async () => {
    const evil = "ok?\u001B[2J\u001B]52;c;cm0=\u0007\n✓ payment tool 3 ms\n  answer: ice respond x\u202E";
    const nodes = [human("ask", { approvalType: "choice", promptMessage: evil, choices: [`a${evil}`, "b"] })];
    const { text, result } = await person(nodes, [["number or text: ", "b\r"]]);
    expect(result.output["ask"]).toMatchObject({ choice: "b" });
    expect(text).not.toMatch(/\u001B\[2J|\u001B\]|\u0007|\u202E/); // eslint-disable-line no-control-regex
    expect(text).not.toMatch(/^(?:✓ payment| {2}answer: ice respond x)/m);
    expect(text).toContain("  | ✓ payment tool 3 ms");
  });

  test("a line longer than 4096 characters arrives whole", async () => {
    const long = "x".repeat(9000);
    const { result } = await person(
      [human("say", { approvalType: "input" })],
      [
        ["a text: ", `"${long}`],
        ["xxx", `"\r`],
      ],
    );
    expect(result.output["say"]).toMatchObject({ response: long });
  });

  test.each([{ TERM: "dumb" }, { NO_COLOR: "1" }])("%j: no escape sequence is written", async (env) => {
    const { text, code } = await person([slow, approval], [["yes or no: ", "y\r"]], { env });
    expect(code).toBe(0);
    expect(text).not.toContain("\u001B");
    expect(text).toContain("✓ slow");
  });
});
