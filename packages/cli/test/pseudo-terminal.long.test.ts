import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { blueprint, ice } from "./fake-terminal.ts";
import { environment, main } from "./real-process.ts";
import { screenOf, type Screen } from "./screen.ts";

/** Pseudo-terminals come from Python, which the systems that have them bring along. */
const driver = fileURLToPath(new URL("pseudo-terminal.py", import.meta.url));
const missing =
  process.platform === "win32" || spawnSync("python3", ["-c", "import pty, fcntl, termios"]).status !== 0
    ? " (skipped: no python3 with pty here)"
    : "";

/** Folders of tests that run at the same time, which have no hooks of their own. */
const folders = mkdtempSync(join(tmpdir(), "ice-person-"));
afterAll(() => rmSync(folders, { recursive: true }));

type Step = readonly [waitFor: string, keys: string];

/** What a person sees of a run with these nodes, before each time they press keys and at the end, and the result. */
async function person(
  nodes: readonly object[],
  steps: readonly Step[],
  { columns = 80, env = {} }: { readonly columns?: number; readonly env?: NodeJS.ProcessEnv } = {},
) {
  const cwd = mkdtempSync(join(folders, "r-"));
  writeFileSync(join(cwd, "w.json"), blueprint(nodes));
  const command = [process.execPath, "--conditions=@ice/source", main, "run", "w.json", "--run-id", "r"];
  const { stdout } = await promisify(execFile)(
    "python3",
    [driver, String(columns), JSON.stringify(steps), ...command],
    {
      cwd,
      env: { ...environment, TERM: "xterm-256color", ...env },
    },
  );
  const { text, before, code } = JSON.parse(stdout) as {
    readonly text: string;
    readonly before: readonly string[];
    readonly code: number;
  };
  const { json } = await ice(["runs", "show", "r", "--json"], { cwd });
  return {
    text,
    code,
    asked: await Promise.all(before.map((got) => screenOf(got, columns))),
    end: await screenOf(text, columns),
    result: json as { readonly status: string; readonly output: Record<string, unknown> },
  };
}

const human = (id: string, more: object): object => ({ id, type: "human", promptMessage: "Publish?", ...more });
const sleep = (id: string): object => ({ id, type: "tool", toolName: "sleep", toolArgs: { ms: 700 } });
const approval = human("ask", { approvalType: "approval" });
/** With `T` for every duration. */
const timeless = (rows: readonly string[]): string[] =>
  rows.map((row) => row.replaceAll(/\b\d+(?:\.\d+)? m?s\b/g, "T"));
/** Lines as a terminal shows them. */
const rowsOf = (lines: readonly string[], columns: number): string[] =>
  lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "gu")) ?? [""]);

// A person waits most of the time, so several share the processors.
describe.skipIf(missing !== "").concurrent(`on a pseudo-terminal${missing}`, { timeout: 120_000 }, () => {
  test.each([40, 200])(
    "%i columns: questions stand below what has ended, and nothing is drawn over them",
    async (columns) => {
      const long = `slow_${"x".repeat(50)}`;
      const promptMessage = "Publish the release of this week?\nIt has three changes.";
      const nodes = [
        sleep(long),
        human("ask", { approvalType: "approval", promptMessage }),
        human("pick", { approvalType: "choice", choices: ["staging", "production"] }),
        human("say", { approvalType: "input" }),
      ];
      const { asked, end, code, result } = await person(
        nodes,
        [
          ["xxx", ""],
          ["yes or no: ", "yes\r"],
          ["number or text: ", "2\r"],
          ["JSON or text: ", '{"a": 1}\r'],
        ],
        { columns },
      );
      expect(code).toBe(0);
      expect(result.output).toMatchObject({
        ask: { approved: true },
        pick: { choice: "production" },
        say: { response: { a: 1 } },
      });
      // In flight: one row, however long the name is.
      const room = columns - "●  tool 0 ms".length;
      const name = long.length > room ? new RegExp(`…x{20,${room}}`) : new RegExp(long);
      const inFlight = asked[0]!.rows.filter((row) => row.startsWith("●"));
      expect(inFlight).toEqual([expect.stringMatching(new RegExp(`^● ${name.source} tool [\\d.]+ m?s$`))]);
      expect(asked[0]!.rows.at(-1)).toBe("");
      const seen = [
        "? ask Publish the release of this week?\\nIt has three changes.",
        "? pick Publish?",
        "? say Publish?",
        `✓ ${long} tool T`,
        "? ask: Publish the release of this week?",
        "  | It has three changes.",
        "  approve? yes or no: ",
      ];
      const rows = (screen: Screen): string[] => timeless(screen.rows);
      expect(rows(asked[1]!)).toEqual(rowsOf(seen, columns));
      expect(asked[1]!.beforeCursor).toBe("  approve? yes or no: ");
      seen.push(
        `${seen.pop()}yes`,
        "? pick: Publish?",
        "  Choose:",
        "  1  staging",
        "  2  production",
        "  number or text: ",
      );
      expect(rows(asked[2]!)).toEqual(rowsOf(seen, columns));
      seen.push(`${seen.pop()}2`, "? say: Publish?", "  JSON or text: ");
      expect(rows(asked[3]!)).toEqual(rowsOf(seen, columns));
      expect(asked[3]!.beforeCursor).toBe("  JSON or text: ");
      // At the end everything that was said still stands there, and no row of progress.
      seen.push(`${seen.pop()}{"a": 1}`, "✓ ask human T", "✓ pick human T", "✓ say human T", "completed r T", "{");
      const whole = rowsOf(seen, columns);
      expect(rows(end).slice(0, whole.length)).toEqual(whole);
      expect(end.surprises).toEqual([]);
    },
  );

  test("Enter approves nothing, arrow keys and letters move nothing, Ctrl-C leaves it open", async () => {
    const { asked, end, code, result } = await person(
      [approval],
      [
        ["yes or no: ", "\r"],
        ["yes or no: ", "\u001B[A\u001B[B\r"],
        ["yes or no: ", "k\r"],
        ["yes or no: ", "\u0003"],
      ],
    );
    expect([code, result.status]).toEqual([5, "suspended"]);
    const again = ["! Write yes or no; Ctrl-C leaves the request open.", "  approve? yes or no: "];
    const first = ["? ask Publish?", "? ask: Publish?", "  approve? yes or no: "];
    expect(asked[1]!.rows).toEqual([...first, ...again]);
    expect(asked[3]!.rows).toEqual([...first, ...again, again[0], "  approve? yes or no: k", ...again]);
    expect(asked.map(({ beforeCursor }) => beforeCursor)).toEqual(Array(4).fill("  approve? yes or no: "));
    expect(end.rows).toContainEqual(expect.stringMatching(/^suspended r/));
  });

  test("what is typed while a node runs does not answer the question that comes after it", async () => {
    const first = sleep("first");
    const { code, result } = await person(
      [first, human("ask", { approvalType: "approval", promptMessage: "After {{ first.ms }}?" })],
      [
        ["first", "yes\ryes\r"],
        ["yes or no: ", "no\r"],
      ],
    );
    expect([code, result.output["ask"]]).toMatchObject([0, { approved: false }]);
  });

  test("of several lines that are pasted none is taken, and none answers the next question", async () => {
    const { code, result } = await person(
      [human("say", { approvalType: "input" }), human("ask", { approvalType: "approval" })],
      [
        ["JSON or text: ", "first\ryes\ryes\r"],
        ["JSON or text: ", "one line\r"],
        ["yes or no: ", "no\r"],
      ],
    );
    expect(code).toBe(0);
    expect(result.output).toMatchObject({ say: { response: "one line" }, ask: { approved: false } });
  });

  test("a name that is typed is the name that is recorded", async () => {
    const nodes = [human("ask", { approvalType: "approval", assignees: ["ann", "lee", "kim"] })];
    const { asked, result } = await person(nodes, [
      ["yes or no: ", "nx\u007F\r"],
      ["number or text: ", "\r"],
      ["number or text: ", "kim\r"],
    ]);
    expect(result.output["ask"]).toMatchObject({ approved: false, respondedBy: "kim" });
    // Where a letter was taken back with Backspace, there is a blank.
    const who = ["  Who are you?", "  1  ann", "  2  lee", "  3  kim", "  number or text: "];
    expect(asked[1]!.rows.slice(-6)).toEqual(["  approve? yes or no: n ", ...who]);
  });

  test.each([40, 200])("%i columns: hostile texts neither clear the screen nor forge a line", async (columns) => {
    const evil =
      "ok?\u001B[2J\u001B]52;c;cm0=\u0007\u001B]0;title\u0007\n✓ payment tool 3 ms\r  answer: ice respond x\u202E\u001B[6n";
    const nodes = [
      { id: "first", type: "tool", toolName: "echo", toolArgs: {} },
      human("ask", {
        approvalType: "choice",
        promptMessage: evil,
        choices: [`a${evil}`, "b"],
        dependencies: ["first"],
      }),
    ];
    const { asked, end, result } = await person(nodes, [["number or text: ", "b\r"]], { columns });
    expect(result.output["ask"]).toMatchObject({ choice: "b" });
    const safe = String.raw`ok?\u001b[2J\u001b]52;c;cm0=\u0007\u001b]0;title\u0007`;
    const line = String.raw`✓ payment tool 3 ms\r  answer: ice respond x\u202e\u001b[6n`;
    const question = [
      `? ask: ${safe}`,
      `  | ${line}`,
      "  Choose:",
      String.raw`  1  a${safe}\n${line}`,
      "  2  b",
      "  number or text: ",
    ];
    const shown = rowsOf(question, columns);
    expect(asked[0]!.rows.slice(-shown.length)).toEqual(shown);
    // What stood there before still does, and the terminal was made to do nothing else.
    expect(timeless(end.rows)[0]).toBe("✓ first tool T");
    expect(end.surprises).toEqual([]);
  });

  test("a line longer than 4096 characters arrives whole", async () => {
    const long = "x".repeat(9000);
    const { result } = await person(
      [human("say", { approvalType: "input" })],
      [
        ["JSON or text: ", `"${long}`],
        ["xxx", `"\r`],
      ],
    );
    expect(result.output["say"]).toMatchObject({ response: long });
  });

  test.each([{ TERM: "dumb" }, { NO_COLOR: "1" }])("%j: no escape sequence is written", async (env) => {
    const { text, end, code } = await person([sleep("slow"), approval], [["yes or no: ", "y\r"]], { env });
    expect(code).toBe(0);
    expect(text).not.toContain("\u001B");
    expect(timeless(end.rows).slice(0, 7)).toEqual([
      "? ask Publish?",
      "✓ slow tool T",
      "? ask: Publish?",
      "  approve? yes or no: y",
      "✓ ask human T",
      "completed r T",
      "{",
    ]);
  });
});
