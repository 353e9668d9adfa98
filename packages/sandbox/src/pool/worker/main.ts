import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { GuestModule } from "../../lane/guest-module.ts";
import { loadWasiShim } from "../../lane/wasi.ts";
import { LaneRunner } from "./lane-runner.ts";
import type { CoreModules, RunnerMessage, ToWorker, WorkerSetup } from "../messages.ts";

// The entry of a worker thread: the one file here that does something when it is loaded.
const setup = workerData as WorkerSetup;
const port = parentPort as MessagePort;
const early: RunnerMessage[] = [];
const modules = Promise.withResolvers<CoreModules>();
let receive = (message: RunnerMessage): void => void early.push(message);
port.on("message", (message: ToWorker) => {
  if (message.type === "modules") modules.resolve(message.coreModules);
  else receive(message);
});
const [guestModule, shim, coreModules] = await Promise.all([
  import(new URL("guest.js", setup.prebuilt).href) as Promise<GuestModule>,
  loadWasiShim(setup.shim),
  modules.promise,
]);
const runner = new LaneRunner({
  parts: { guestModule, coreModules, shim },
  watch: setup.watch,
  lanes: setup.lanes,
  now: Date.now,
  stopwatch: () => performance.now(),
  post: (message) => port.postMessage(message),
});
receive = (message) => runner.receive(message);
for (const message of early) receive(message);
