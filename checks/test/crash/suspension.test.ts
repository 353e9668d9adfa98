import { setTimeout as delay } from "node:timers/promises";
import { createRuntime, HumanTaskService, IceError, WorkflowExecutionService, type ChildNode } from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { seededRandom } from "@ice/testing";
import { expect, test } from "vitest";
import { ice } from "./ice-command.ts";
import { after, effect, node } from "./language-nodes.ts";
import { newPlace, startWorker } from "./processes.ts";
import type { Stop } from "./stops.ts";
import { shown, stored } from "./stored-runs.ts";

/** What a run waits for, how a command sends it, and the output of the node that has it. */
const messages = {
  "a signal": {
    waits: node("w", "wait", { signal: "go" }),
    argv: ["signal", "r", "go", "--id", "one"],
    output: { signal: "go", id: "one" },
  },
  "an answer": {
    waits: node("w", "human", { promptMessage: "Go?", approvalType: "approval" }),
    argv: ["respond", "r", "w", "--approve", "--as", "kim"],
    output: { approved: true, respondedBy: "kim" },
  },
} as const;

/** When another process sends it, while the owner of the run stands still, and whether the owner still takes it. */
const moments: Readonly<Record<string, readonly [Stop, "completed" | "suspended"]>> = {
  "while the owner works": [{ place: "after", at: { kind: "started", path: "busy" } }, "completed"],
  "as soon as the node waits": [{ place: "after", at: { kind: "waiting", path: "w" } }, "completed"],
  "just before the owner looks once more": [{ place: "before", at: "signals" }, "completed"],
  "just after the owner has looked": [{ place: "after", at: "signals" }, "suspended"],
  "just before the owner records that it leaves": [{ place: "before", at: { kind: "suspended" } }, "suspended"],
  "as soon as that is recorded": [{ place: "after", at: { kind: "suspended" } }, "suspended"],
};

const cases = Object.entries(messages).flatMap(([what, message]) =>
  Object.entries(moments).map(([when, moment]) => [what, when, message, moment] as const),
);

test.concurrent.each(cases)(
  "%s that is sent %s is not left lying",
  async (_what, _when, { waits, argv, output }, [stop, status]) => {
    const place = newPlace();
    const { db, effects } = place;
    const nodes = [waits, effect("first"), effect("busy", { ms: 10 }, after("first"))];
    const commandAt = { ...stop, argv: [...argv, "--json", "--store", `sqlite:${db}`] };
    const lines = await startWorker({ db, effects, runs: ["r"], blueprint: { name: "w", nodes }, commandAt }).ended;
    const commands = lines.flatMap(({ command }) => command ?? []);
    expect(commands).toMatchObject([{ status: 0 }]);
    expect(lines.at(-1)).toEqual({ runId: "r", status });
    if (status === "suspended") expect(await ice(place, "resume", "r")).toMatchObject({ code: 0 });
    expect(await shown(place, "r")).toMatchObject({ status: "completed", output: { w: output } });
    expect((await stored(place, "r")).signals).toHaveLength(1);
  },
);

test.concurrent.each([
  ["as soon as a node waits", { place: "after", at: { kind: "waiting", path: "w" } }],
  ["just before the owner looks once more", { place: "before", at: "signals" }],
  ["just after the owner has looked", { place: "after", at: "signals" }],
] as const)("a run that is cancelled %s is cancelled by its owner", async (_when, stop) => {
  const place = newPlace();
  const { db, effects } = place;
  const commandAt = { ...stop, argv: ["runs", "cancel", "r", "--store", `sqlite:${db}`] };
  const blueprint = { name: "w", nodes: [messages["a signal"].waits, effect("first")] };
  const lines = await startWorker({ db, effects, runs: ["r"], blueprint, commandAt }).ended;
  expect(lines.at(-1)).toEqual({ runId: "r", status: "cancelled" });
  expect(await shown(place, "r")).toMatchObject({ status: "cancelled", nodes: { w: { status: "cancelled" } } });
});

test.concurrent.each(Object.entries(messages))(
  "%s for each of many runs, sent while they suspend: each run has it in the end, once",
  async (what, { waits }) => {
    const { db, effects, effectLines } = newPlace();
    const random = seededRandom(20_261_130);
    const runs = Array.from({ length: 80 }, (_, index) => `run${index}`);
    const nodes: ChildNode[] = [waits, effect("busy", { ms: 300 }), effect("z", {}, after("w", "busy"))];
    const task = { db, effects, runs, blueprint: { name: "w", nodes } };
    const runtime = createRuntime();
    const { close } = await initializeOrchestrator({ runtime, store: `sqlite:${db}` });
    const send = (runId: string): Promise<unknown> =>
      what === "a signal"
        ? runtime.use(WorkflowExecutionService).signal(runId, "go")
        : runtime.use(HumanTaskService).respond(runId, "w", { approved: true }, { by: "kim" });
    const sendSoon = async (runId: string): Promise<void> => {
      for (;;) {
        await delay(random() * 600);
        try {
          return void (await send(runId));
        } catch (error) {
          const isTooEarly = IceError.is(error) && ["ICE_RUN_NOT_FOUND", "ICE_REQUEST_NOT_FOUND"].includes(error.code);
          if (!isTooEarly) throw error;
        }
      }
    };
    const worker = startWorker(task);
    await worker.ready;
    await Promise.all(runs.map(sendSoon));
    const first = (await worker.ended).flatMap((line) => line.status ?? []);
    await close();
    const second = (await startWorker(task).ended).flatMap((line) => line.status ?? []);
    expect(second).toEqual(runs.map(() => "completed"));
    expect(effectLines().filter(({ path }) => path === "z")).toHaveLength(runs.length);
    console.log(`${first.filter((status) => status === "suspended").length} of ${runs.length} runs were resumed`);
  },
);
