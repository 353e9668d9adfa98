import {
  ConversationStore,
  defineAgent,
  RunStore,
  WorkflowExecutionService,
  type ConversationTurn,
  type JsonObject,
  type NodeInput,
} from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { call, type Reply } from "./models/scripted-models.ts";
import { processesOnOneStore } from "./processes-on-one-store.ts";

/** Processes, one after the other, on one store, and what their agent saw. */
function processes() {
  const seen: { history: number; answer: string }[] = [];
  const recall = defineAgent({
    name: "recall",
    run: ({ input, history }) => {
      const answer = [...history.map((turn) => String(turn.input)), String(input)].join();
      seen.push({ history: history.length, answer });
      return `${answer} #${seen.length}`;
    },
  });
  const start = processesOnOneStore(recall);
  return async (replies: readonly Reply[] = []) => {
    const process = await start(replies);
    return { ...process, seen, conversations: process.store.conversations };
  };
}

const memory = { scope: "store", thread: "user-{{ inputs.user }}" };
const asks = (more: object = {}): NodeInput =>
  ({ id: "a", type: "agent", package: "recall", input: "{{ inputs.q }}", memory, ...more }) as never;
const inputs = (user: string, q: string) => ({ user, q });

test("an agent sees earlier turns of its thread, of other runs and processes, and none of another thread or tenant", async () => {
  const start = processes();
  const one = await start();
  await one.run([asks()], inputs("ann", "1"));
  await one.run([asks()], inputs("bob", "2"));
  await one.run([asks()], inputs("ann", "3"), { tenant: "acme" });
  await one.close();
  const two = await start();
  const { output } = await two.run([asks()], inputs("ann", "4"));
  expect(output["a"]).toMatchObject({ output: "1,4 #4" });
  expect((await two.conversations.read("user-ann", 9)).map((turn) => turn.input)).toEqual(["1", "4"]);
  const { conversations } = two.store.forTenant("acme");
  expect((await conversations.read("user-ann", 9)).map((turn) => turn.input)).toEqual(["3"]);
});

test("turns of an agent on a model keep their calls in native form, and maxTurns drops whole turns", async () => {
  const start = processes();
  const node = asks({ package: undefined, model: "p/m", tools: ["send"], memory: { ...memory, maxTurns: 2 } });
  const turn: Reply[] = [{ toolCalls: [call("send", { n: 1 })] }, { text: "sent" }];
  const { run, models } = await start([...turn, { text: "b" }, { text: "c" }, { text: "d" }]);
  for (const q of ["1", "2", "3", "4"]) await run([node], inputs("ann", q));
  const roles = models.asked.map(({ messages }) => messages.map(({ role }) => role).join(" "));
  const withCalls = "user assistant tool assistant";
  expect(roles).toEqual([
    "user",
    "user assistant tool",
    `${withCalls} user`,
    `${withCalls} user assistant user`,
    "user assistant user assistant user",
  ]);
  expect(models.asked[2]?.messages[1]).toMatchObject({ toolCalls: [call("send", { n: 1 })] });
  expect(models.asked[2]?.messages[2]).toMatchObject({ results: [{ name: "send", result: { n: 1 } }] });
});

test("what was read is a step, and the turn is written before the outcome: a resume sees the same and adds nothing", async () => {
  const start = processes();
  const one = await start();
  await one.conversations.append("user-ann", { key: "k", at: 1, input: "0", output: "old" });
  const { store } = one;
  // The process dies when the outcome of the node would be recorded.
  const kinds: string[] = [];
  const dying = await startOn(dyingBefore(store, kinds));
  const running = dying.run([asks()], inputs("ann", "1"));
  await dying.died;
  expect(kinds).toEqual(["started", "step h", "step a"]);
  expect((await one.conversations.read("user-ann", 9)).map((turn) => turn.output)).toEqual(["old", "0,1 #1"]);
  await one.conversations.append("user-ann", { key: "later", at: 2, input: "9", output: "of another run" });
  void running;
  await dying.close();
  await one.close();
  const two = await start();
  const result = await two.runtime.use(WorkflowExecutionService).resume("r");
  expect(result).toMatchObject({ status: "completed", output: { a: { output: "0,1 #1" } } });
  expect(two.seen).toHaveLength(0);
  expect((await two.conversations.read("user-ann", 9)).map((turn) => turn.input)).toEqual(["0", "1", "9"]);

  function dyingBefore(of: RunStore, seen: string[]): { readonly store: RunStore; readonly died: Promise<void> } {
    let report!: () => void;
    const died = new Promise<void>((resolve) => {
      report = resolve;
    });
    const store = new Proxy(of, {
      get(target, key) {
        if (key === "create")
          return async (...args: Parameters<RunStore["create"]>) => {
            const journal = await target.create(...args);
            return {
              ...journal,
              runId: journal.runId,
              epoch: journal.epoch,
              append: (record: Parameters<typeof journal.append>[0]) => {
                if (record.kind === "outcome") {
                  report();
                  return new Promise<void>(() => {});
                }
                seen.push(record.kind === "step" ? `step ${record.key}` : record.kind);
                return journal.append(record);
              },
            };
          };
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    return { store, died };
  }

  async function startOn({ store: on, died }: { readonly store: RunStore; readonly died: Promise<void> }) {
    const recall = defineAgent({
      name: "recall",
      run: ({ input, history }) => `${history.length && "0,"}${String(input)} #1`,
    });
    const ice = await createTestRuntime(initializeOrchestrator, { store: on, agents: [recall] });
    const run = async (nodes: readonly NodeInput[], given: JsonObject) =>
      new Workflow(nodes, { name: "w", runtime: ice.runtime }).execute(given, { runId: "r" });
    return { ...ice, run, died };
  }
});

test("a node that its container runs again does not see its own turn, which stays as it was written first", async () => {
  const { run, conversations, seen, clock } = await processes()();
  const fail = { id: "f", type: "tool", toolName: "fail", toolArgs: { message: "no" }, dependencies: ["a"] };
  const running = run(
    [
      {
        id: "group",
        type: "parallel",
        branches: [[asks(), fail]],
        retryPolicy: { maxAttempts: 2, backoffSeconds: 0.001 },
        onError: "skip",
      } as never,
    ],
    inputs("ann", "1"),
  );
  // The clock of the retry is not that of the store, which works meanwhile.
  while ((await Promise.race([running, new Promise((resolve) => setImmediate(resolve))])) === undefined)
    await clock.advance(10);
  expect((await running).status).toBe("completed");
  expect(seen.map(({ history }) => history)).toEqual([0, 0]);
  expect((await conversations.read("user-ann", 9)).map(({ output }) => output)).toEqual(["1 #1"]);
});

test("iterations of a loop are turns of one thread", async () => {
  const { run, conversations } = await processes()();
  const body = [asks({ input: "{{ item }}", memory: { scope: "store", thread: "t" } })];
  const { output } = await run([
    { id: "l", type: "loop", itemsSource: "[1, 2, 3]", body, itemOutput: "{{ a.output }}" } as never,
  ]);
  expect(output["l"]).toEqual(["1 #1", "1,2 #2", "1,2,3 #3"]);
  expect(new Set((await conversations.read("t", 9)).map(({ key }) => key)).size).toBe(3);
});

test("a thread without a name is refused before anything is asked", async () => {
  const { run, models } = await processes()([]);
  for (const [given, code] of [
    ["", "ICE_INPUT_INVALID"],
    ["x".repeat(201), "ICE_INPUT_INVALID"],
    [null, "ICE_INPUT_INVALID"],
    [{ a: 1 }, "ICE_INPUT_INVALID"],
  ] as const)
    for (const scope of ["run", "store"]) {
      const node = asks({ package: undefined, model: "p/m", memory: { scope, thread: "{{ inputs.thread }}" } });
      const { nodes } = await run([node], { q: "1", thread: given });
      expect(nodes["a"]?.error?.code).toBe(code);
    }
  expect(models.asked).toEqual([]);
});

test("a number names a thread", async () => {
  const { run, conversations } = await processes()();
  await run([asks({ memory: { scope: "store", thread: "{{ inputs.n }}" } })], { q: "1", n: 7 });
  expect((await conversations.read("7", 9)).map((turn: ConversationTurn) => turn.input)).toEqual(["1"]);
});

test("`scope: store` needs a thread", async () => {
  const { runtime } = await processes()();
  const issues = new Workflow([asks({ memory: { scope: "store" } })], { name: "w", runtime }).issues();
  expect(issues.map(({ path, message }) => [path, message])).toContainEqual([
    "/nodes/0/memory/thread",
    "missing field `memory.thread`",
  ]);
});

test("a turn that is too long fails the agent, not the store", async () => {
  const { run, conversations } = await processes()();
  const { nodes } = await run([asks()], inputs("ann", "x".repeat(4 * 2 ** 20)));
  expect(nodes["a"]?.error).toMatchObject({ code: "ICE_CONVERSATION_LIMIT" });
  expect(await conversations.read("user-ann", 9)).toEqual([]);
});

test("the application can provide conversations of its own", async () => {
  const kept: ConversationTurn[] = [];
  const own: ConversationStore = {
    tenant: "default",
    forTenant: () => own,
    append: async (_thread, turn) => kept.push(turn) > 0,
    read: async () => [],
    delete: async () => false,
  };
  const recall = defineAgent({ name: "recall", run: () => "yes" });
  const ice = await createTestRuntime(
    initializeOrchestrator,
    { agents: [recall] },
    { before: (runtime) => runtime.provide(ConversationStore, own) },
  );
  await new Workflow([asks()], { name: "w", runtime: ice.runtime }).execute(inputs("ann", "1"));
  expect(kept).toMatchObject([{ input: "1", output: "yes" }]);
  await ice.close();
});
