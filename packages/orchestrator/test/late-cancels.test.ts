import { RunHost, runOwned, type RunJournal } from "@ice/core";
import { createFakeClock } from "@ice/testing";
import { expect, test } from "vitest";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { ask } from "./language-nodes.ts";
import { echo } from "./run-nodes.ts";
import { startEngine, type StartedEngine } from "./start-engine.ts";

/** A store in memory that lets something happen before a run is released. */
class ReleasingStore extends MemoryRunStore {
  /** Called once, when the record of the release is about to be stored. */
  onRelease: (() => unknown) | undefined;

  override async create(...args: Parameters<MemoryRunStore["create"]>): ReturnType<MemoryRunStore["create"]> {
    return this.#observed(await super.create(...args));
  }

  #observed({ runId, epoch, append }: RunJournal): RunJournal {
    return {
      runId,
      epoch,
      append: async (record) => {
        const { onRelease } = this;
        if (record.kind === "suspended") {
          this.onRelease = undefined;
          await onRelease?.();
        }
        await append(record);
      },
    };
  }
}

interface Released extends StartedEngine {
  readonly store: ReleasingStore;
  readonly abort: () => void;
}

test.each<[string, (released: Released) => unknown]>([
  ["by this process", ({ runs }) => runs.cancel("r")],
  ["by another process", ({ store }) => store.requestCancel("r", "by request")],
  ["by its signal", ({ abort }) => abort()],
])("a run that is cancelled %s while it is suspended ends as cancelled", async (_, cancel) => {
  const store = new ReleasingStore();
  const engine = await startEngine({ store, staySeconds: 0 });
  const controller = new AbortController();
  store.onRelease = () => cancel({ ...engine, store, abort: () => controller.abort() });
  const result = await engine.execute([echo("a"), ask("b")], { signal: controller.signal });
  expect(result).toMatchObject({ status: "cancelled", error: { code: "ICE_RUN_CANCELLED" } });
  expect(engine.events.of("workflow.cancelled")).toHaveLength(1);
});

test("a host goes on with a run that a process was asked to cancel, and released before it could", async () => {
  const clock = createFakeClock();
  const store = new ReleasingStore({ clock });
  const { runs, execute } = await startEngine({ store, staySeconds: 0 }, { clock });
  store.onRelease = async () => {
    await runs.cancel("r");
    // From here on this process can open nothing.
    store.open = () => Promise.reject(runOwned("r"));
  };
  expect(await execute([ask("b")], { hosted: true })).toMatchObject({ status: "interrupted" });
  store.open = (runId, owner) => MemoryRunStore.prototype.open.call(store, runId, owner);
  const { runtime } = await startEngine({ store, staySeconds: 0 }, { clock });
  await clock.runUntil(runtime.use(RunHost).open());
  await clock.runUntil(expect.poll(() => store.summary("r")).toMatchObject({ status: "cancelled" }));
});

test("a run that a process takes just when it is cancelled is cancelled by that process", async () => {
  const clock = createFakeClock();
  const store = new MemoryRunStore({ clock });
  const { execute, runs } = await startEngine({ store, staySeconds: 0 }, { clock });
  await execute([ask("b")]);
  const worker = await startEngine({ store, staySeconds: 0 }, { clock });
  const taken: Promise<unknown>[] = [];
  const { requestCancel } = store;
  store.requestCancel = async (...request) => {
    store.requestCancel = requestCancel;
    const isAsked = await requestCancel.apply(store, request);
    taken.push(worker.runs.resume("r", { wait: true }));
    return isAsked;
  };
  await clock.runUntil(runs.cancel("r"));
  expect(await clock.runUntil(taken[0]!)).toMatchObject({ status: "cancelled" });
});

test("a run that others keep taking is not cancelled, and the error reports it", async () => {
  const clock = createFakeClock();
  const store = new MemoryRunStore({ clock });
  const { execute, runs } = await startEngine({ store, staySeconds: 0 }, { clock });
  await execute([ask("b")]);
  store.open = () => Promise.reject(runOwned("r"));
  await expect(clock.runUntil(runs.cancel("r"))).rejects.toMatchObject({ code: "ICE_STORE_OWNED" });
});
