import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { ToWorker, WorkerBasics } from "../../pool/messages.ts";
import { LaneRunner } from "../../pool/worker/lane-runner.ts";
import type { PythonSetup } from "../messages.ts";
import { PythonLane } from "../python-lane.ts";

// The entry of a worker thread for Python.
const setup = workerData as PythonSetup & WorkerBasics;
const port = parentPort as MessagePort;
const runner = new LaneRunner({
  createLane: () => new PythonLane(setup.prepared, Date.now),
  watch: setup.watch,
  lanes: setup.lanes,
  now: Date.now,
  stopwatch: () => performance.now(),
  post: (message) => port.postMessage(message),
});
port.on("message", (message: ToWorker) => runner.receive(message));
