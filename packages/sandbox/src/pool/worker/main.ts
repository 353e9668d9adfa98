import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { GuestModule } from "../../lane/guest-module.ts";
import { Lane } from "../../lane/lane.ts";
import { loadWasiShim } from "../../lane/wasi.ts";
import { LaneRunner } from "./lane-runner.ts";
import type { ToWorker, WorkerSetup } from "../messages.ts";

// The entry of a worker thread: the one file here that does something when it is loaded.
const setup = workerData as WorkerSetup;
const port = parentPort as MessagePort;
const [guestModule, shim] = await Promise.all([
  import(new URL("guest.js", setup.prebuilt).href) as Promise<GuestModule>,
  loadWasiShim(setup.shim),
]);
const runner = new LaneRunner({
  createLane: () => Lane.create({ guestModule, coreModules: setup.coreModules, shim }, Date.now),
  watch: setup.watch,
  lanes: setup.lanes,
  now: Date.now,
  stopwatch: () => performance.now(),
  post: (message) => port.postMessage(message),
});
port.on("message", (message: ToWorker) => runner.receive(message));
