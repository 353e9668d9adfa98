import { IceError, type RunStore, type Runtime } from "@ice/core";
import { checkNumbers, isRequirement, shorten } from "@ice/core/internal";
import { dispatchOf } from "../dispatch/dispatch-of.ts";
import { maxProvided } from "./provided-queues.ts";
import { PostgresWorker } from "./postgres-worker.ts";
import type { Worker, WorkerOptions } from "./worker.ts";

/**
 * Makes this process a worker: it executes the runs in the queue of its store, and nodes of other runs that require what it provides. A
 * process is one worker at most.
 *
 * @param runtime - started with `initializeOrchestrator({ store })` on the same store.
 * @throws IceError `ICE_USAGE` (another store, a bad name, slots below 0, nothing to do), `ICE_STORE_*`.
 */
export async function startWorker(store: RunStore, runtime: Runtime, options: WorkerOptions = {}): Promise<Worker> {
  const dispatch = dispatchOf(store);
  const { provides = [], slots = provides.length > 0 ? 0 : 10, jobs = 10, onNotice } = options;
  checkNumbers("startWorker", { slots }, { min: 0, max: 10_000 });
  checkNumbers("startWorker", { jobs }, { min: 1, max: 10_000 });
  checkProvided(provides);
  if (slots === 0 && provides.length === 0)
    throw new IceError("ICE_USAGE", "A worker without slots that provides nothing has nothing to do.", {
      fix: "give it slots for runs, or say what it provides",
    });
  const worker = new PostgresWorker(dispatch, runtime, { provides, slots, jobs, onNotice });
  await worker.start();
  return worker;
}

/** @throws IceError `ICE_USAGE` for names that nodes cannot require, for one that is repeated, and for too many. */
function checkProvided(names: readonly string[]): void {
  const wrong = names.find((name) => !isRequirement(name));
  if (wrong !== undefined)
    throw new IceError("ICE_USAGE", `A worker cannot provide "${shorten(wrong)}", because no node can require it.`, {
      fix: "use names like gpu: a-z, 0-9 and -, at most 32, starting with a letter, and not runs",
    });
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined)
    throw new IceError("ICE_USAGE", `The worker provides "${repeated}" twice.`, { fix: "remove one of them" });
  if (names.length > maxProvided)
    throw new IceError("ICE_USAGE", `A worker provides at most ${maxProvided} names, not ${names.length}.`, {
      fix: "share the names among several workers",
    });
}
