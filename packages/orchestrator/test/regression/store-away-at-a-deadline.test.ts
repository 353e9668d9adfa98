import { IceError, type JournalRecord, type NodeInput, type RunStore } from "@ice/core";
import { createDisk, createFakeClock, createTestRuntime } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";

const away = (): Promise<never> => Promise.reject(new IceError("ICE_STORE_UNAVAILABLE", "away"));

/** A run of nodes that wait here, whose store is changed before. */
async function resultOf(
  nodes: object | readonly object[],
  change: (store: RunStore) => void,
  clock = createFakeClock(),
) {
  const store = createDisk().connect();
  change(store);
  const ice = await createTestRuntime(initializeOrchestrator, { store }, { clock });
  onTestFinished(() => ice.close());
  const workflow = new Workflow([nodes].flat() as NodeInput[], { name: "w", runtime: ice.runtime });
  return clock.runUntil(workflow.execute({}, { runId: "r", wait: true }));
}

test("a wait whose time is over ends once the store is there again", async () => {
  const node = { id: "w", type: "wait", signal: "go", timeoutSeconds: 1, onError: { output: "{{ error.code }}" } };
  const result = await resultOf(node, (store) => {
    const signals = store.signals.bind(store);
    let left = 2;
    store.signals = (runId, from) => ((left -= 1) >= 0 ? away() : signals(runId, from));
  });
  expect(result).toMatchObject({ status: "completed", output: { w: "ICE_NODE_TIMEOUT" } });
});

test("so does a question whose deadline has passed", async () => {
  const node = {
    id: "h",
    type: "human",
    promptMessage: "Go on?",
    approvalType: "approval",
    timeoutSeconds: 1,
    onTimeout: "reject",
    onError: { output: "{{ error.code }}" },
  };
  const result = await resultOf(node, (store) => {
    const signal = store.signal.bind(store);
    let left = 2;
    store.signal = (...given) => ((left -= 1) >= 0 ? away() : signal(...given));
  });
  expect(result).toMatchObject({ status: "completed", nodes: { h: { status: "completed" } } });
});

test("a run that ends meanwhile leaves no timer", async () => {
  const clock = createFakeClock();
  const asks = { id: "h", type: "human", promptMessage: "Go on?", approvalType: "approval", timeoutSeconds: 1 };
  const nodes = [
    asks,
    { id: "w", type: "wait", seconds: 1.5 },
    { id: "e", type: "end", status: "completed", dependencies: ["w"] },
  ];
  const result = await resultOf(nodes, (store) => Object.assign(store, { signal: away }), clock);
  expect(result).toMatchObject({ status: "completed", nodes: { h: { status: "cancelled" } } });
  expect(clock.pending).toBe(0);
});

test("a process that loses a run by itself lets the store know, so that others can go on with it", async () => {
  const lost: string[] = [];
  const node = { id: "w", type: "wait", signal: "go", timeoutSeconds: 1 };
  const running = resultOf(node, (store) => {
    const create = store.create.bind(store);
    store.create = async (...given) => {
      const journal = await create(...given);
      return {
        runId: journal.runId,
        epoch: journal.epoch,
        append: (record: JournalRecord) => journal.append(record),
        onOwnershipLost: ({ code }: IceError) => void lost.push(code),
      };
    };
    store.signals = () => Promise.reject(new IceError("ICE_STORE_CORRUPT", "a damaged signal"));
  });
  await expect(running).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
  expect(lost).toEqual(["ICE_STORE_CORRUPT"]);
});
