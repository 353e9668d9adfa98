import { parentPort, workerData } from "node:worker_threads";
import type { FromStart, StartSetup } from "../messages.ts";
import { findInterpreter } from "./find-interpreter.ts";

// The entry of a thread that prepares the interpreter, answers once, and ends.
const answer = (message: FromStart): void => parentPort?.postMessage(message);
try {
  answer({ ok: true, prepared: await findInterpreter(workerData as StartSetup) });
} catch (error) {
  const { IceError, messageOf } = await import("@ice/core");
  const fix = IceError.is(error) ? error.fix : undefined;
  answer({ ok: false, message: messageOf(error), fix });
}
