import { HumanTaskService, WorkflowExecutionService, type HumanTask, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { ask } from "./language-nodes.ts";
import { echo } from "./run-nodes.ts";
import { startEngine } from "./start-engine.ts";

const nodes = [
  { id: "pay", type: "human", promptMessage: "Pay {{ inputs.amount }}?", approvalType: "approval", timeoutSeconds: 60 },
  { id: "pick", type: "human", promptMessage: "Which?", approvalType: "choice", choices: ["red", "blue"] },
] as unknown as NodeInput[];

/** Two suspended runs of one workflow that ask the same kinds of things, with other amounts. */
async function suspendedRuns() {
  const ice = await createTestRuntime(initializeOrchestrator, {});
  const workflow = new Workflow(nodes, { name: "pay", runtime: ice.runtime });
  for (const [runId, amount] of [
    ["r1", 5],
    ["r2", 5000],
  ] as const)
    await ice.clock.runUntil(workflow.execute({ amount }, { runId }));
  const tasks = ice.runtime.use(HumanTaskService);
  const taskOf = async (runId: string, path: string): Promise<HumanTask> =>
    (await tasks.list({ runId })).find((task) => task.path === path)!;
  const cancel = (runId: string): Promise<void> =>
    ice.clock.runUntil(ice.runtime.use(WorkflowExecutionService).cancel(runId));
  return { ...ice, tasks, taskOf, cancel };
}

type Runs = Awaited<ReturnType<typeof suspendedRuns>>;
const flip = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
const forge = (claim: unknown): string => Buffer.from(JSON.stringify(claim)).toString("base64url");
const yes = { approved: true } as const;

/** Attacks on approvals: each ends with the code, and the run still asks (or has the one answer that it had). */
const attacks: readonly [name: string, code: string, attack: (runs: Runs) => Promise<unknown>][] = [
  ["no token", "ICE_TOKEN_INVALID", ({ tasks }) => tasks.respondWithToken("", yes)],
  ["a token that is no token", "ICE_TOKEN_INVALID", ({ tasks }) => tasks.respondWithToken("a.b.c", yes)],
  ["a claim that is no JSON", "ICE_TOKEN_INVALID", ({ tasks }) => tasks.respondWithToken("bm8.x", yes)],
  [
    "a claim without a signature",
    "ICE_TOKEN_INVALID",
    ({ tasks }) => tasks.respondWithToken(forge(["r1", "pay", 1]), yes),
  ],
  [
    "a claim of prototypes",
    "ICE_TOKEN_INVALID",
    ({ tasks }) => tasks.respondWithToken(`${forge({ __proto__: [] })}.x`, yes),
  ],
  [
    "a claim of another shape",
    "ICE_TOKEN_INVALID",
    async ({ tasks }) => {
      const shapes = [[1, "pay", 1], ["r1", 1, 1], ["r1"], "r1", { 0: "r1", 1: "pay", 2: 1 }];
      const refused = await Promise.allSettled(shapes.map((shape) => tasks.respondWithToken(`${forge(shape)}.x`, yes)));
      const reasons = refused.map((result) => (result as PromiseRejectedResult).reason as unknown);
      expect(reasons).toEqual(shapes.map(() => expect.objectContaining({ code: "ICE_TOKEN_INVALID" })));
      throw reasons[0];
    },
  ],
  [
    "a changed signature",
    "ICE_TOKEN_INVALID",
    async ({ tasks, taskOf }) => {
      const token = await tasks.tokenFor(await taskOf("r1", "pay"));
      return tasks.respondWithToken(flip(token, token.length - 5), yes);
    },
  ],
  [
    "the signature of another run",
    "ICE_TOKEN_INVALID",
    async ({ tasks, taskOf }) => {
      const [, signature] = (await tasks.tokenFor(await taskOf("r1", "pay"))).split(".");
      return tasks.respondWithToken(`${forge(["r2", "pay", 1])}.${signature}`, yes);
    },
  ],
  [
    "the signature of another node",
    "ICE_TOKEN_INVALID",
    async ({ tasks, taskOf }) => {
      const [, signature] = (await tasks.tokenFor(await taskOf("r1", "pick"))).split(".");
      return tasks.respondWithToken(`${forge(["r1", "pay", 1])}.${signature}`, yes);
    },
  ],
  [
    "the signature of another request of the same node",
    "ICE_TOKEN_INVALID",
    async ({ tasks, taskOf }) => {
      const [, signature] = (await tasks.tokenFor(await taskOf("r1", "pay"))).split(".");
      return tasks.respondWithToken(`${forge(["r1", "pay", 2])}.${signature}`, yes);
    },
  ],
  [
    "a token for another text than the one that is shown",
    "ICE_TOKEN_INVALID",
    async ({ tasks, taskOf }) =>
      tasks.respondWithToken(await tasks.tokenFor({ ...(await taskOf("r2", "pay")), promptMessage: "Pay 5?" }), yes),
  ],
  [
    "a token for other choices",
    "ICE_TOKEN_INVALID",
    async ({ tasks, taskOf }) =>
      tasks.respondWithToken(await tasks.tokenFor({ ...(await taskOf("r1", "pick")), choices: ["red"] }), {
        choice: "red",
      }),
  ],
  [
    "a token used twice",
    "ICE_REQUEST_CLOSED",
    async ({ tasks, taskOf }) => {
      const token = await tasks.tokenFor(await taskOf("r1", "pay"));
      await tasks.respondWithToken(token, { approved: false });
      return tasks.respondWithToken(token, yes);
    },
  ],
  [
    "two answers at once",
    "ICE_REQUEST_CLOSED",
    ({ tasks }) =>
      Promise.all([
        tasks.respond("r1", "pay", yes, { by: "kim" }),
        tasks.respond("r1", "pay", { approved: false }, { by: "lee" }),
      ]),
  ],
  [
    "the same answer twice at once",
    "ICE_REQUEST_CLOSED",
    ({ tasks }) =>
      Promise.all([
        tasks.respond("r1", "pay", { approved: false }, { by: "kim" }),
        tasks.respond("r1", "pay", { approved: false }, { by: "kim" }),
      ]),
  ],
  [
    "a token after the deadline",
    "ICE_REQUEST_CLOSED",
    async ({ tasks, taskOf, clock }) => {
      const token = await tasks.tokenFor(await taskOf("r1", "pay"));
      await clock.advance(60_000);
      return tasks.respondWithToken(token, yes);
    },
  ],
  [
    "a token after the run was cancelled",
    "ICE_REQUEST_CLOSED",
    async ({ tasks, taskOf, cancel }) => {
      const token = await tasks.tokenFor(await taskOf("r1", "pay"));
      await cancel("r1");
      return tasks.respondWithToken(token, yes);
    },
  ],
  ["an answer of another kind", "ICE_RESPONSE_INVALID", ({ tasks }) => tasks.respond("r1", "pay", { choice: "red" })],
  [
    "a choice that is not offered",
    "ICE_RESPONSE_INVALID",
    ({ tasks }) => tasks.respond("r1", "pick", { choice: "green" }),
  ],
  [
    "an approval that is no boolean",
    "ICE_RESPONSE_INVALID",
    ({ tasks }) => tasks.respond("r1", "pay", { approved: "yes" } as never),
  ],
  [
    "fields besides the answer",
    "ICE_RESPONSE_INVALID",
    ({ tasks }) => tasks.respond("r1", "pay", { ...yes, timedOut: true } as never),
  ],
  ["another run", "ICE_RUN_NOT_FOUND", ({ tasks }) => tasks.respond("r3", "pay", yes)],
  ["another path", "ICE_REQUEST_NOT_FOUND", ({ tasks }) => tasks.respond("r1", "pay.inner", yes)],
  ["a path of prototypes", "ICE_REQUEST_NOT_FOUND", ({ tasks }) => tasks.respond("r1", "__proto__", yes)],
];

test.each(attacks)("an approval is not given by %s", async (_name, code, attack) => {
  const runs = await suspendedRuns();
  await expect(attack(runs)).rejects.toMatchObject({ code });
  // The other run still asks; this one has not gone on.
  expect(await runs.taskOf("r2", "pick")).toMatchObject({ promptMessage: "Which?" });
  const { nodes: recorded } = await runs.runtime.use(WorkflowExecutionService).show("r1");
  expect(recorded["pay"]?.status).not.toBe("completed");
  await runs.close();
});

test("a genuine token gives one answer", async () => {
  const { tasks, taskOf, runtime, clock, close } = await suspendedRuns();
  const token = await tasks.tokenFor(await taskOf("r1", "pay"));
  expect(await tasks.respondWithToken(token, yes, { by: "kim" })).toEqual({ runId: "r1", path: "pay", accepted: true });
  await tasks.respond("r1", "pick", { choice: "blue" });
  const { output } = await clock.runUntil(runtime.use(WorkflowExecutionService).resume("r1"));
  expect(output).toMatchObject({ pay: { approved: true, respondedBy: "kim" }, pick: { choice: "blue" } });
  await close();
});

test("a token is for one request: not for the next of the same node, nor for another node", async () => {
  const ice = await createTestRuntime(initializeOrchestrator, {});
  const loop = {
    id: "l",
    type: "loop",
    itemsSource: "[1]",
    retryPolicy: { maxAttempts: 2, backoffSeconds: 0 },
    body: [
      { id: "ask", type: "human", promptMessage: "Go?", approvalType: "approval" },
      { id: "no", type: "tool", toolName: "fail", dependencies: ["ask"], when: "!ask.approved" },
    ],
  } as NodeInput;
  const tasks = ice.runtime.use(HumanTaskService);
  const resume = () => ice.clock.runUntil(ice.runtime.use(WorkflowExecutionService).resume("r"));
  const other = { id: "other", type: "human", promptMessage: "Go?", approvalType: "approval" } as NodeInput;
  await ice.clock.runUntil(
    new Workflow([loop, other], { name: "w", runtime: ice.runtime }).execute({}, { runId: "r" }),
  );
  const tokenOf = async (path: string): Promise<string> =>
    tasks.tokenFor((await tasks.list({ runId: "r" })).find((task) => task.path === path)!);
  const first = await tokenOf("l[0].ask");
  expect(await tasks.respondWithToken(first, { approved: false })).toMatchObject({ path: "l[0].ask" });
  expect((await resume()).status).toBe("suspended");
  await expect(tasks.respondWithToken(first, yes)).rejects.toMatchObject({
    code: "ICE_TOKEN_INVALID",
    message: "The token does not belong to an open request.",
    fix: "request a new token",
  });
  expect(await tasks.respondWithToken(await tokenOf("l[0].ask"), yes)).toMatchObject({ path: "l[0].ask" });
  expect(await tasks.respondWithToken(await tokenOf("other"), yes)).toMatchObject({ path: "other" });
  expect((await resume()).status).toBe("completed");
  await ice.close();
});

test("hostile text in a prompt is data", async () => {
  const { runtime, clock, tasks, close } = await suspendedRuns();
  const workflow = new Workflow(nodes, { name: "hostile", runtime });
  const amount = "{{ 1 + 1 }} </script>\u001B[2J";
  await clock.runUntil(workflow.execute({ amount }, { runId: "h" }));
  expect((await tasks.list({ runId: "h" }))[0]).toMatchObject({ promptMessage: `Pay ${amount}?` });
  await close();
});

test("what is asked is bounded, because a server lists many requests at once", async () => {
  const { execute } = await startEngine();
  const long = (n: number): NodeInput => echo("t", { v: "x".repeat(n) });
  const asking = (promptMessage: string) => ask("a", { promptMessage, onError: { output: 1 } });
  expect(await execute([long(200_000), asking("{{ t.v }}")], { runId: "fits" })).toMatchObject({ status: "suspended" });
  const { nodes: ended } = await execute([long(200_000), asking("{{ t.v + t.v }}")], { runId: "refused" });
  expect(ended["a"]).toMatchObject({ output: 1, error: { code: "ICE_INPUT_INVALID" } });
});
