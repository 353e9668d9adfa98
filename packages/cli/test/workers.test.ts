import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, inject, test, vi } from "vitest";
import { blueprint, echo, ice } from "./fake-terminal.ts";

vi.setConfig({ testTimeout: 60_000 }); // a worker starts slowly on a busy machine

const ask = { id: "ok", type: "human", promptMessage: "Go on?", approvalType: "approval" };
const files = {
  "wf.json": blueprint([echo("a")]),
  "read.json": blueprint([{ id: "r", type: "tool", toolName: "text_read", toolArgs: { path: "wf.json" } }]),
  "ask.json": blueprint([ask, echo("b", {}, { dependencies: ["ok"] })]),
  "net.json": JSON.stringify({
    schemaVersion: "ice-network/v1",
    name: "net",
    workflows: [{ id: "x", ref: "./wf.json" }],
  }),
};

describe("a store of one machine has no workers", () => {
  test.each([
    [["run", "wf.json", "--detach"]],
    [["network", "run", "net.json", "--detach"]],
    [["runs", "wait", "r"]],
    [["worker"]],
    [["workers"]],
    [["queues", "list"]],
    [["queues", "set", "gpu", "--total", "2"]],
  ])("%j says so", async (argv) => {
    const { code, stderr } = await ice([...argv, "--store", "memory:"], { files });
    expect([code, stderr]).toEqual([2, expect.stringContaining("it belongs to one machine")]);
    expect(stderr).toContain("postgres://");
  });
});

describe("what cannot be meant ends with 2", () => {
  test.each([
    [["run", "wf.json", "--priority", "3"], "add --detach"],
    [["run", "wf.json", "--detach", "--priority", "1001"], "choose a lower one"],
    [["resume", "r", "wf.json", "--detach"], "remove --detach or FILE"],
    [["resume", "--due", "--detach"], "remove --detach, or --due"],
    [["resume", "r", "--detach", "--stay", "0"], "remove --detach, or --stay"],
    [["run", "wf.json", "--detach", "--wait", "--as", "kim"], "remove --detach, or --wait, --as"],
    [["run", "wf.json", "--detach", "--stream", "--no-cache"], "remove --detach, or --stream, --no-cache"],
    [["network", "run", "net.json", "--detach", "--no-cache"], "remove --detach, or --no-cache"],
    [["network", "validate", "net.json", "--detach"], "remove it, or use run"],
    [["network", "graph", "net.json", "--run-id", "r"], "remove it, or use run"],
    [["queues", "list", "--total", "3"], "remove it, or use set"],
    [["runs", "show", "r", "--timeout", "3"], "remove it, or use wait"],
    [["worker", "--slots", "0"], "say what it --provides"],
    [["worker", "--lease", "0"], "--lease"],
    [["queues", "set"], "ice queues set gpu --total 3"],
    [["queues", "set", "gpu"], "add --total, --per-worker, --per-tenant or --rate"],
    [["queues", "set", "gpu", "--rate", "often"], "--rate 10/60"],
    [["queues", "set", "gpu", "--total", "0"], "--total none to remove the limit"],
    [["queues", "set", "gpu", "--per-worker", "1.5"], "--per-worker 3"],
    [["queues", "drop"], "use list, or set NAME"],
  ])("%j", async (argv, fix) => {
    const { code, stderr } = await ice([...argv, "--store", "memory:"], { files });
    expect([code, stderr]).toEqual([2, expect.stringContaining(fix)]);
  });
});

/** A configuration with a tool that others lack, and a workflow that uses it. */
const withYo = {
  files: {
    "ice.config.mjs": `export default { tools: [{ name: "yo", args: {}, run: async () => "yo" }] };`,
    "yo.json": blueprint([{ id: "y", type: "tool", toolName: "yo" }]),
  },
};

describe("on Postgres", () => {
  const address = new URL(inject("postgresUrl"));
  address.searchParams.set("schema", `cli${randomBytes(8).toString("hex")}`);

  const at = (argv: readonly string[], setup: Parameters<typeof ice>[1] = {}) =>
    ice(argv, { files, env: { ICE_STORE: address.href }, ...setup });

  test("runs are queued, listed, waited for and cancelled without a worker", async () => {
    const { stdout, stderr, code } = await at(["run", "wf.json", "--detach", "--run-id", "one", "--priority", "2"]);
    expect([code, stdout]).toEqual([0, "one\n"]);
    expect(stderr).toBe(
      "queued: wait for it with ice runs wait one\n! no worker takes runs now: start one with ice worker\n",
    );
    expect(await at(["network", "run", "net.json", "--detach", "--run-id", "n", "--json"])).toMatchObject({
      json: { runId: "n", status: "queued" },
    });
    expect((await at(["runs", "list", "--status", "queued"])).stdout).toMatch(/^n +queued.*\none +queued/);
    expect(await at(["runs", "wait", "one", "--timeout", "0.1", "--json"])).toMatchObject({
      code: 1,
      json: { error: { code: "ICE_WAIT_TIMEOUT" } },
    });
    expect((await at(["explain", "one"])).stdout).toContain("as soon as a worker takes the run");
    expect(await at(["runs", "cancel", "one", "--json"])).toMatchObject({ json: { status: "cancelled" } });
    expect(await at(["resume", "one", "--detach", "--json"])).toMatchObject({ code: 1, json: { status: "cancelled" } });
  });

  test("doctor looks at a store without creating anything", async () => {
    const schema = `cli${randomBytes(8).toString("hex")}`;
    const fresh = new URL(address);
    fresh.searchParams.set("schema", schema);
    const found = async () => {
      const { json } = await at(["doctor", "--json"], { env: { ICE_STORE: fresh.href, ICE_ENABLE_WASM: "0" } });
      const { checks } = json as { readonly checks: readonly { readonly check: string }[] };
      return checks.filter(({ check }) => check === "store" || check === "queues");
    };
    for (const _ of [1, 2])
      expect(await found()).toEqual([
        {
          check: "store",
          ok: true,
          detail: expect.stringMatching(/: Postgres \d+.*, a session for.*; its tables will/),
        },
        {
          check: "queues",
          ok: true,
          detail: expect.stringMatching(`^schema ${schema}_dbos, no worker lives; its tables`),
        },
      ]);
    fresh.searchParams.set("shema", "x");
    expect(await found()).toMatchObject([{ check: "store", ok: false, fix: 'did you mean "schema"?' }]);
  });

  test("a run whose tool is missing here is explained from its records", async () => {
    expect(await at(["run", "yo.json", "--detach", "--run-id", "yo1"], withYo)).toMatchObject({ code: 0 });
    const { code, stdout } = await at(["explain", "yo1"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^y pending: has not started; .*there is no tool "yo"/)]);
    await at(["runs", "cancel", "yo1"], withYo);
  });

  test("runs of another tenant are others", async () => {
    const { code, stderr } = await at(["run", "wf.json", "--detach", "--run-id", "one", "--tenant", "acme"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("with ice runs wait one --tenant acme\n")]);
    expect(await at(["run", "wf.json", "--detach", "--quiet"])).toMatchObject({ code: 0, stderr: "" });
    expect((await at(["runs", "list", "--tenant", "acme"])).stdout).toMatch(/^one +queued/);
    expect(await at(["runs", "list", "--tenant", "Acme!"])).toMatchObject({ code: 2 });
  });

  test("queues are limited and shown", async () => {
    const set = ["queues", "set", "gpu", "--total", "3", "--per-worker", "2", "--rate", "10/60"];
    expect((await at(set)).stdout).toMatch(/^gpu +0 queued, 0 running {2}3 total {2}2 per worker {2}10 in 60 s$/m);
    expect(await at(["queues", "set", "runs", "--per-tenant", "4", "--json"])).toMatchObject({
      json: {
        queues: [
          { name: "gpu", total: 3 },
          { name: "runs", perTenant: 4 },
        ],
      },
    });
    expect(await at(["queues", "set", "runs", "--total", "1"])).toMatchObject({ code: 2 });
    const { stdout } = await at(["queues", "set", "gpu", "--total", "none", "--rate", "none"]);
    expect(stdout).toMatch(/^gpu +0 queued, 0 running {2}2 per worker$/m);
    expect((await at(["workers"])).stdout).toBe("no workers\n");
    await at(["queues", "set", "gpu", "--per-worker", "none"]);
    expect((await at(["queues", "list"])).stdout).toMatch(/^runs +\d+ queued, 0 running {2}4 per tenant\n$/);
  });

  test("a queue that no worker takes from is noticed", async () => {
    const set = (name: string) => at(["queues", "set", name, "--per-tenant", "20"]);
    expect(await set("rnus")).toMatchObject({
      code: 0,
      stderr: '! no worker takes from the queue rnus now; did you mean "runs"?\n',
    });
    expect((await set("browser+gpu")).stderr).toBe("! no worker takes from the queue browser+gpu now\n");
    expect((await set("runs")).stderr).toBe("");
    expect(await set("a+b+c+d+e")).toMatchObject({ code: 2, stderr: expect.stringContaining("4 names at most") });
    for (const name of ["rnus", "browser+gpu"]) await at(["queues", "set", name, "--per-tenant", "none", "--quiet"]);
  });

  test.each([
    ["gpu,GPU 2", 'cannot provide "GPU 2"'],
    ["gpu,gpu,", 'cannot provide ""'],
    ["gpu,browser,gpu", 'provides "gpu" twice'],
    ["a,b,c,d,e,f,g", "at most 6 names, not 7"],
  ])("a worker that provides %s is refused with what is wrong", async (provides, message) => {
    const { code, stderr } = await at(["worker", "--provides", provides]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("a worker executes what is queued until it is stopped", async () => {
    await at(["run", "ask.json", "--detach", "--run-id", "asks"]);
    await at(["run", "yo.json", "--detach", "--run-id", "yo2"], withYo);
    await at(["run", "read.json", "--detach", "--run-id", "reads"]);
    const steps: unknown[] = [];
    let nextSteps = "";
    const useIt = async (stop: () => void): Promise<void> => {
      const waited = await at(["runs", "wait", "asks", "--timeout", "30"]);
      steps.push(waited.code, (await at(["workers"])).stdout);
      nextSteps = waited.stderr;
      await at(["respond", "asks", "ok", "--approve"]);
      for (const run of ["asks", "n"]) {
        const { code, stdout } = await at(["runs", "wait", run, "--timeout", "30", "--json"]);
        steps.push(code === 0 ? code : stdout);
      }
      steps.push((await at(["runs", "wait", "reads", "--timeout", "30", "--json"])).json);
      await delay(100);
      stop();
    };
    let using: Promise<void> | undefined;
    const worker = await at(["worker", "--provides", "gpu", "--slots", "2", "--drain", "2"], {
      onStderr: (text, interrupt) => {
        if (text.includes("working")) using = useIt(interrupt);
      },
    });
    await using;
    expect(steps.slice(0, 4)).toEqual([5, expect.stringMatching(/:\d+ {2}0 runs, 0 jobs {2}provides gpu\n$/), 0, 0]);
    expect(nextSteps).toContain("  answer: ice respond asks ok --approve\n");
    expect(nextSteps).toContain("continues by itself, on a server or a worker, when it has what it waits for\n");
    // A worker also executes what the callers of a server start.
    expect(steps[4]).toMatchObject({
      error: { code: "ICE_FILE_DENIED", message: '"wf.json" is outside the directories that may be read (none).' },
    });
    expect([worker.code, worker.stderr]).toEqual([
      0,
      expect.stringContaining("stopping: nodes have at most 2 s to end"),
    ]);
    expect((await at(["runs", "show", "yo2"])).stderr).toMatch(
      /^queued yo2 .*\nblocked: the worker that took it last could not go on with it\. .*there is no tool "yo"/,
    );
    expect((await at(["runs", "list"])).stdout).toMatch(/^yo2 +queued .* {2}blocked$/m);
    expect(worker.stderr.match(/^warning: run "yo2" .* left to other workers: .*"yo".*$/gm)).toHaveLength(1);
    expect(JSON.parse(worker.stdout)).toMatchObject({ ready: true, provides: ["gpu"], pid: process.pid });
  });
});
