import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "@ice/core";
import { describe, expect, test } from "vitest";
import type { Terminal } from "../src/index.ts";
import { blueprint, echo, folderWith, ice } from "./fake-terminal.ts";

const human = (id: string, more: object = {}): object => ({
  id,
  type: "human",
  promptMessage: "Publish?",
  approvalType: "approval",
  ...more,
});
const approval = blueprint([
  echo("draft", { title: "Hello" }),
  human("ask"),
  echo("done", { ok: "{{ ask.approved }}" }),
]);
const folder = (files: Readonly<Record<string, string>> = {}): string => folderWith({ "w.json": approval, ...files });

describe("a missing store", () => {
  const looking = [
    ["runs", "list"],
    ["runs", "show", "r1"],
    ["runs", "cancel", "r1"],
    ["runs", "gc"],
    ["explain", "r1"],
    ["resume", "r1"],
    ["resume", "--due"],
    ["respond", "r1", "ask", "--approve"],
    ["signal", "r1", "go"],
  ];

  test.each(looking)("is not created by reading: %s %s", async (...argv) => {
    const cwd = folderWith({ "runs.db": "" });
    const { code, stderr } = await ice([...argv, "--store", "sqlite:rums.db"], { cwd });
    expect(code).toBe(4);
    expect(stderr).toBe('error ICE_FILE_NOT_FOUND  There is no store "rums.db".\nfix: did you mean "runs.db"?\n');
    expect(readdirSync(cwd)).toEqual(["runs.db"]);
  });

  test.each(looking)("creates no store unless one is named: %s %s", async (...argv) => {
    const cwd = folderWith({});
    const { code, stderr } = await ice(argv, { cwd });
    if (argv.includes("r1")) expect([code, stderr]).toEqual([4, expect.stringMatching(/ICE_RUN_NOT_FOUND.*"r1"/)]);
    else expect([code, stderr]).toEqual([0, ""]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("is created by a run", async () => {
    const cwd = folder();
    expect((await ice(["run", "w.json", "--store", "sqlite:new/runs.db"], { cwd })).code).toBe(5);
    expect((await ice(["runs", "list", "--store", "sqlite:new/runs.db"], { cwd })).stdout).toContain("suspended");
  });
});

describe("a run that waits", () => {
  test("prints its request and how to answer, and continues after the answer, in any process", async () => {
    const cwd = folder();
    const suspended = await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    expect(suspended.code).toBe(5);
    expect(suspended.stderr).toContain("? ask: Publish?\n  answer: ice respond r1 ask --approve\n      or: --reject\n");
    expect(suspended.stderr).toContain("continue: ice resume r1\n");
    const answered = await ice(["respond", "r1", "ask", "--approve", "--as", "kim"], { cwd });
    expect([answered.code, answered.stdout]).toEqual([0, "recorded; continue with: ice resume r1\n"]);
    const { code, json } = await ice(["resume", "r1", "--json"], { cwd });
    expect(code).toBe(0);
    expect(json).toMatchObject({ status: "completed", output: { done: { ok: true }, ask: { respondedBy: "kim" } } });
    expect((await ice(["resume", "r1", "--json"], { cwd })).json).toEqual(json);
  });

  test("prints it with the named store and configuration, quoted for a shell", async () => {
    const cwd = folder({ "my ice.config.mjs": "export default {};" });
    const same = ["--store", "sqlite:it's mine/ice.db", "--config", "my ice.config.mjs"];
    const words = String.raw`--store 'sqlite:it'\''s mine/ice.db' --config 'my ice.config.mjs'`;
    const { stderr } = await ice(["run", "w.json", "--run-id", "r1", ...same], { cwd });
    expect(stderr).toContain(`answer: ice respond r1 ask --approve ${words}\n      or: --reject\n`);
    expect(stderr).toContain(`continue: ice resume r1 ${words}\n`);
    expect((await ice(["runs", "show", "r1", ...same], { cwd })).stderr).toContain(`continue: ice resume r1 ${words}`);
    const { stdout } = await ice(["respond", "r1", "ask", "--approve", ...same], { cwd });
    expect(stdout).toBe(`recorded; continue with: ice resume r1 ${words}\n`);
    expect((await ice(["runs", "show", "r2", ...same], { cwd })).stderr).toContain(`: ice runs list ${words}\n`);
    const unasked = await ice(["respond", "r1", "elsewhere", "--approve", ...same], { cwd });
    expect(unasked.stderr).toContain(`: ice runs show r1 ${words}\n`);
    expect((await ice(["explain", ...same], { cwd })).stderr).toContain(`see ice runs list ${words}\n`);
    expect((await ice(["resume", "r1", ...same], { cwd })).code).toBe(0);
  });

  test.each([
    [{ npm_lifecycle_event: "ice", npm_config_user_agent: "pnpm/12.21.0 npm/? node/v26.10.0" }, "pnpm ice"],
    [{ npm_lifecycle_event: "npx", npm_config_user_agent: "npm/11.0.0 node/v26.10.0" }, "npx ice"],
    [{ npm_lifecycle_event: "test" }, "ice"],
  ])("names the command as it was called: %j", async (env, name) => {
    const { stderr } = await ice(["run", "w.json", "--run-id", "r1"], { cwd: folder(), env });
    expect(stderr).toContain(`continue: ${name} resume r1\n`);
  });

  test.each<[object, string]>([
    [{ approvalType: "input" }, "--data JSON\n"],
    [{ approvalType: "choice", choices: ["a b", "c"] }, "--choice 'a b'\n      or: --choice c\n"],
    [
      { approvalType: "choice", choices: ["--config=x.mjs", "-c", "=ls"] },
      "--choice=--config=x.mjs\n      or: --choice=-c, --choice '=ls'\n",
    ],
    [{ assignees: ["ann", "bob"] }, "--approve --as ann\n      or: --reject, --as bob\n"],
  ])("says how it is answered: %j", async (fields, flags) => {
    const cwd = folder({ "w.json": blueprint([human("ask", fields)]) });
    const { stderr } = await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    expect(stderr).toContain(`  answer: ice respond r1 ask ${flags}`);
  });

  test("in memory is not stored, which is printed instead", async () => {
    const { code, stderr } = await ice(["run", "w.json", "--store", "memory:"], { cwd: folder() });
    expect(code).toBe(5);
    expect(stderr).toContain("not stored: the run ends with this command");
    expect(stderr).not.toContain("continue:");
  });

  test("is asked at the terminal, unless --no-prompt", async () => {
    const asked: unknown[] = [];
    const ask: Terminal["ask"] = async (request) => {
      asked.push(request);
      return { answer: { approved: true }, by: undefined };
    };
    expect((await ice(["run", "w.json", "--json"], { cwd: folder(), ask })).json).toMatchObject({
      status: "completed",
    });
    expect(asked).toMatchObject([{ path: "ask", promptMessage: "Publish?" }]);
    expect((await ice(["run", "w.json", "--no-prompt"], { cwd: folder(), ask })).code).toBe(5);
    expect((await ice(["run", "w.json"], { cwd: folder(), ask: async () => undefined })).code).toBe(5);
  });

  test("is asked again, with the reason, if an answer does not match, and three times at most", async () => {
    const number = human("ask", { approvalType: "input", responseSchema: { type: "number" } });
    const cwd = folder({ "w.json": blueprint([number]) });
    const answering = (answers: readonly Json[]) => {
      const reasons: (string | undefined)[] = [];
      const left = [...answers];
      const ask: Terminal["ask"] = async (_request, { by, refused }) => {
        reasons.push(refused);
        return { answer: { response: left.shift() ?? null }, by };
      };
      return { ask, reasons };
    };
    const corrected = answering(["many", 5]);
    expect((await ice(["run", "w.json", "--json"], { cwd, ...corrected })).json).toMatchObject({
      status: "completed",
      output: { ask: { response: 5 } },
    });
    expect(corrected.reasons).toEqual([undefined, expect.stringContaining('does not match the request "ask"')]);
    const stubborn = answering(["a", "b", "c", "d"]);
    const { code, stderr } = await ice(["run", "w.json"], { cwd, ...stubborn });
    expect([code, stubborn.reasons.length]).toEqual([5, 3]);
    expect(stderr).toContain("The question was asked 3 times.\n");
    expect(stderr).toContain("continue: ice resume");
  });

  test("continues if another person has answered meanwhile", async () => {
    const cwd = folder();
    const ask: Terminal["ask"] = async () => {
      await ice(["respond", "r1", "ask", "--reject", "--as", "kim"], { cwd });
      return { answer: { approved: true }, by: undefined };
    };
    const { code, stdout, stderr } = await ice(["run", "w.json", "--run-id", "r1", "--json"], { cwd, ask });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ output: { ask: { approved: false, respondedBy: "kim" } } });
    expect(stderr).toContain('! The request at "ask" is closed');
  });

  test("asks who answers, or uses --as and skips the requests for others", async () => {
    const nodes = [human("mine", { assignees: ["ann", "bob"] }), human("theirs", { assignees: ["eve"] })];
    const cwd = folder({ "w.json": blueprint(nodes) });
    const asked: unknown[] = [];
    const ask: Terminal["ask"] = async ({ path, assignees }, { by }) => {
      asked.push([path, by]);
      return { answer: { approved: true }, by: by ?? assignees?.[0] };
    };
    const { code, stderr } = await ice(["run", "w.json", "--run-id", "r1", "--as", "bob"], { cwd, ask });
    expect([code, asked]).toEqual([5, [["mine", "bob"]]]);
    expect(stderr).toContain("answer: ice respond r1 theirs --approve --as eve");
    const { json } = await ice(["resume", "r1", "--json"], { cwd, ask });
    expect(json).toMatchObject({ output: { mine: { respondedBy: "bob" }, theirs: { respondedBy: "eve" } } });
    expect(asked).toEqual([
      ["mine", "bob"],
      ["theirs", undefined],
    ]);
    expect((await ice(["run", "w.json", "--as", ""], { cwd })).code).toBe(2);
  });

  test.each<[string, readonly string[], number, string]>([
    ["no answer", [], 2, "ICE_USAGE"],
    ["two answers", ["--approve", "--reject"], 2, "ICE_USAGE"],
    ["an answer of another type", ["--choice", "red"], 3, "ICE_RESPONSE_INVALID"],
    ["data that is no JSON", ["--data", "{"], 2, "ICE_USAGE"],
    ["a name of 201 characters", ["--approve", "--as", "k".repeat(201)], 2, "ICE_USAGE"],
  ])("refuses %s", async (_name, flags, exit, code) => {
    const cwd = folder();
    await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    const refused = await ice(["respond", "r1", "ask", ...flags, "--json"], { cwd });
    expect(refused).toMatchObject({ code: exit, json: { error: { code } } });
  });

  test.each([
    ["the key `__proto__`", '{"a": [{"__proto__": {}}]}', "the answer at /a/0/__proto__ has the key `__proto__`"],
    [
      "a nesting of 1,002",
      `${"[".repeat(1002)}${"]".repeat(1002)}`,
      "the answer at /0/0/0/0/0/0/0/0 nests deeper than 1000",
    ],
  ])("refuses an input with %s as one that does not fit", async (_name, data, why) => {
    const cwd = folder({ "w.json": blueprint([human("ask", { approvalType: "input" })]) });
    await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    const refused = await ice(["respond", "r1", "ask", "--data", data, "--json"], { cwd });
    expect(refused).toMatchObject({
      code: 3,
      json: {
        error: {
          code: "ICE_RESPONSE_INVALID",
          message: `The answer does not match the request "ask": ${why}.`,
          fix: "answer with JSON that nests at most 1,000 levels deep and has no key `__proto__`",
        },
      },
    });
  });

  test("is answered by its assignees only, and before its deadline only", async () => {
    const cwd = folder({
      "w.json": blueprint([human("ask", { assignees: ["ann"] }), human("late", { timeoutSeconds: 0.01 })]),
    });
    await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    const respond = (path: string, ...flags: string[]) => ice(["respond", "r1", path, "--approve", ...flags], { cwd });
    expect((await respond("ask", "--as", "bob")).code).toBe(7);
    expect((await respond("ask", "--as", "ann")).code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await respond("late")).stderr).toContain("ICE_REQUEST_CLOSED");
    expect((await ice(["resume", "r1", "--json"], { cwd })).json).toMatchObject({
      status: "failed",
      error: { code: "ICE_NODE_TIMEOUT", path: "late" },
    });
  });
});

describe("runs", () => {
  test("are listed, the newest first, with filters", async () => {
    const cwd = folder({ "e.json": blueprint([echo("a")], { name: "other" }) });
    expect((await ice(["runs", "list"], { cwd })).stdout).toBe("no runs\n");
    await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    await ice(["run", "e.json", "--run-id", "r2"], { cwd });
    const list = async (...flags: string[]) => (await ice(["runs", "list", "--json", ...flags], { cwd })).json;
    expect(await list()).toMatchObject({
      runs: [
        { runId: "r2", workflow: "other", status: "completed" },
        { runId: "r1", workflow: "demo", status: "suspended" },
      ],
    });
    expect(await list("--status", "suspended")).toMatchObject({ runs: [{ runId: "r1" }] });
    expect(await list("--workflow", "other", "--limit", "1")).toMatchObject({ runs: [{ runId: "r2" }] });
    expect((await ice(["runs", "list"], { cwd })).stdout).toMatch(
      /^r2 {2}completed {4}\d{4}-\d\d-\d\dT[\d:]+Z {2}other@0\.0\.0\n/,
    );
    expect((await ice(["runs", "list", "--status", "asleep"], { cwd })).code).toBe(2);
  });

  test("are shown with their progress, and cancelled; unknown runs are not found", async () => {
    const cwd = folder();
    await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    expect((await ice(["runs", "show", "r1", "--json"], { cwd })).json).toMatchObject({
      status: "suspended",
      waiting: [{ path: "ask" }],
    });
    expect((await ice(["runs", "cancel", "r1", "--json"], { cwd })).json).toMatchObject({ status: "cancelled" });
    expect((await ice(["resume", "r1"], { cwd })).code).toBe(1);
    for (const argv of [
      ["runs", "show", "x"],
      ["runs", "cancel", "x"],
      ["resume", "x"],
      ["explain", "x"],
      ["respond", "x", "a", "--approve"],
    ])
      expect((await ice(argv, { cwd })).code, argv.join(" ")).toBe(4);
    for (const argv of [["runs", "show"], ["runs", "drop"], ["resume"], ["explain"], ["respond", "x"]])
      expect((await ice(argv, { cwd })).code, argv.join(" ")).toBe(2);
  });

  test("are deleted when they are old; those that wait stay unless --idle", async () => {
    const cwd = folder({ "e.json": blueprint([echo("a")]) });
    await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    await ice(["run", "e.json", "--run-id", "r2"], { cwd });
    const gc = async (...flags: string[]) => (await ice(["runs", "gc", "--json", ...flags], { cwd })).json;
    expect(await gc()).toMatchObject({ runs: 0 });
    expect(await gc("--older-than", "0")).toMatchObject({ runs: 1 });
    expect(await gc("--older-than", "0", "--idle")).toMatchObject({ runs: 1 });
    expect((await ice(["runs", "gc"], { cwd })).stdout).toMatch(/^deleted 0 runs/);
  });

  test("explain why a node has not run", async () => {
    const cwd = folder({
      "w.json": blueprint([
        human("ask"),
        echo("after", { ok: "{{ ask.approved }}" }),
        { id: "bad", type: "tool", toolName: "fail" },
        echo("behind", {}, { dependencies: ["bad"] }),
        echo("never", {}, { when: "false" }),
      ]),
    });
    await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    const { json } = await ice(["explain", "r1", "--json"], { cwd });
    expect(json).toEqual({
      runId: "r1",
      nodes: [
        { path: "ask", status: "waiting", reason: 'waits for a person to answer "Publish?"' },
        { path: "after", status: "pending", reason: "waits for ask" },
        {
          path: "behind",
          status: "skipped",
          reason: "its join can no longer be satisfied: one of its dependencies failed: bad",
        },
        { path: "never", status: "skipped", reason: "its `when` was false" },
      ],
    });
    expect((await ice(["explain", "r1"], { cwd })).stdout).toContain("never skipped: its `when` was false\n");
    const done = folder({ "w.json": blueprint([echo("a")]) });
    await ice(["run", "w.json", "--run-id", "r1"], { cwd: done });
    expect((await ice(["explain", "r1"], { cwd: done })).stdout).toBe("every node has run\n");
  });

  test("resume with another blueprint only by force", async () => {
    const cwd = folder({
      "changed.json": blueprint([
        echo("draft", { title: "Bye" }),
        human("ask"),
        echo("done", { no: "{{ ask.approved }}" }),
      ]),
    });
    await ice(["run", "w.json", "--run-id", "r1"], { cwd });
    await ice(["respond", "r1", "ask", "--reject"], { cwd });
    expect((await ice(["resume", "r1", "changed.json", "--json"], { cwd })).json).toMatchObject({
      error: { code: "ICE_STORE_BLUEPRINT_CHANGED" },
    });
    expect(await ice(["resume", "r1", "--force"], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/ICE_USAGE.*--force .* a FILE.*fix: add the FILE/s),
    });
    expect((await ice(["resume", "r1", "changed.json", "--force", "--json"], { cwd })).json).toMatchObject({
      output: { draft: { title: "Hello" }, done: { no: false } },
    });
  });
});

test.each([
  ["run", "w.json", "--store", "postgres://user:secret@host/db"],
  ["runs", "list", "--store", "postgres://host/db?password=secret"],
  ["doctor", "--store", "user:secret@host/db"],
  ["postgres://user:secret@host/db"],
  ["runs", "list", "postgres://user:secret@host/db"],
  ["run", "postgres://user:secret@host/db"],
  ["run", "w.json", "--json=postgres://user:secret@host/db"],
  ["run", "w.json", "--config", "postgres://user:secret@host/db"],
  ["run", "w.json", "--input", "postgres://user:secret@host/db"],
])("no password of the command line is printed: %j", async (...argv) => {
  for (const more of [[], ["--json"]]) {
    const { code, stdout, stderr } = await ice([...argv, ...more], { cwd: folder(), env: { ICE_DEBUG: "1" } });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain("host/db");
    expect(stdout + stderr).not.toContain("secret");
  }
});

test("a store that is not a database ends with 8, with a fix", async () => {
  const cwd = folder({ "bad.db": "this is no database, but long enough to look at: ".repeat(10) });
  const { code, json } = await ice(["run", "w.json", "--store", "sqlite:bad.db", "--json"], { cwd });
  expect(code).toBe(8);
  expect(json).toMatchObject({ error: { code: "ICE_STORE_CORRUPT", fix: expect.any(String) } });
});

test("a store whose directory cannot be created ends with 8", async () => {
  const { code, json } = await ice(["run", "w.json", "--store", "sqlite:w.json/x/ice.db", "--json"], { cwd: folder() });
  expect(code).toBe(8);
  expect(json).toMatchObject({ error: { code: "ICE_STORE_UNAVAILABLE" } });
});

test("deadlines that pass in the same turn all take effect", async () => {
  const ask = (id: string): object => human(id, { timeoutSeconds: 0.05, onTimeout: "reject" });
  const cwd = folder({ "w.json": blueprint([ask("a"), ask("b"), ask("c")]) });
  await ice(["run", "w.json", "--run-id", "r1"], { cwd });
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect((await ice(["resume", "r1", "--json"], { cwd })).json).toMatchObject({
    status: "completed",
    output: { a: { timedOut: true }, b: { timedOut: true }, c: { timedOut: true } },
  });
});

test("an answer without a name, and a cancel of what has ended, say what they are", async () => {
  const cwd = folder();
  await ice(["run", "w.json", "--run-id", "r1"], { cwd });
  expect((await ice(["respond", "r1", "ask", "--approve", "--as", ""], { cwd })).code).toBe(2);
  expect((await ice(["runs", "cancel", "r1"], { cwd })).stdout).toBe("r1 is cancelled\n");
});

test("a copy of the store is a store", async () => {
  const { cwd } = await ice(["run", "w.json", "--run-id", "r"], { files: { "w.json": blueprint([echo("a")]) } });
  const copied = await ice(["runs", "backup", "copy.db", "--json"], { cwd });
  expect(copied).toMatchObject({ code: 0, json: { file: join(cwd, "copy.db") } });
  const shown = await ice(["runs", "show", "r", "--store", "sqlite:copy.db", "--json"], { cwd });
  expect(shown).toMatchObject({ code: 0, json: { status: "completed" } });
  expect(await ice(["runs", "backup", "copy.db"], { cwd })).toMatchObject({ code: 2 });
  expect(await ice(["runs", "backup"], { cwd })).toMatchObject({ code: 2 });
  expect(await ice(["runs", "backup", "x.db", "--store", "memory:"], { cwd })).toMatchObject({ code: 2 });
});
