import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { WorkerBasics } from "../../pool/messages.ts";
import { serveLanes } from "../../pool/worker/serve-lanes.ts";
import type { PreparedInterpreter } from "../interpreter-instance.ts";
import { PythonLane } from "../python-lane.ts";

// The entry of a worker thread for Python.
await serveLanes<PreparedInterpreter>(parentPort as MessagePort, workerData as WorkerBasics, async (engine) => {
  const prepared = await engine;
  return () => new PythonLane(prepared, Date.now);
});
