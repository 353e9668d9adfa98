import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { GuestModule } from "../../lane/guest-module.ts";
import { Lane } from "../../lane/lane.ts";
import { loadWasiShim } from "../../lane/wasi.ts";
import type { CoreModules, WorkerSetup } from "../messages.ts";
import { serveLanes } from "./serve-lanes.ts";

// The entry of a worker thread for JavaScript: a file that does something when it is loaded.
const setup = workerData as WorkerSetup;
await serveLanes<CoreModules>(parentPort as MessagePort, setup, async (engine) => {
  const [guestModule, shim, coreModules] = await Promise.all([
    import(new URL("guest.js", setup.prebuilt).href) as Promise<GuestModule>,
    loadWasiShim(setup.shim),
    engine,
  ]);
  return () => Lane.create({ guestModule, coreModules, shim }, Date.now);
});
