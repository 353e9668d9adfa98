import type { MessagePort } from "node:worker_threads";
import type { CodeLane } from "../../lane/code-lane.ts";
import type { RunnerMessage, ToWorker, WorkerBasics } from "../messages.ts";
import { LaneRunner } from "./lane-runner.ts";

/**
 * What a worker thread does: it takes executions at once, and runs them when the engine has come.
 *
 * @param open - makes of the engine what makes lanes.
 */
export async function serveLanes<Engine>(
  port: MessagePort,
  { watch, claims, lanes }: WorkerBasics,
  open: (engine: Promise<Engine>) => Promise<() => CodeLane | Promise<CodeLane>>,
): Promise<void> {
  const early: RunnerMessage[] = [];
  const engine = Promise.withResolvers<Engine>();
  let receive = (message: RunnerMessage): void => void early.push(message);
  port.on("message", (message: ToWorker) => {
    if (message.type === "engine") engine.resolve(message.engine as Engine);
    else receive(message);
  });
  const runner = new LaneRunner({
    createLane: await open(engine.promise),
    watch,
    claims,
    lanes,
    now: Date.now,
    stopwatch: () => performance.now(),
    post: (message) => port.postMessage(message),
  });
  receive = (message) => runner.receive(message);
  for (const message of early) receive(message);
}
