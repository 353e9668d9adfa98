import { parentPort, workerData } from "node:worker_threads";
import { IceError, messageOf } from "@ice/core";
import { prepareComponent } from "../prepare-component.ts";
import type { FromPreparing } from "./messages.ts";

// The entry of a thread that prepares a component, answers once, and ends.
const answer = (message: FromPreparing): void => parentPort?.postMessage(message);
try {
  answer({ ok: true, prepared: await prepareComponent(workerData as Uint8Array) });
} catch (error) {
  const { code, fix } = IceError.is(error) ? error : { code: "ICE_INTERNAL", fix: undefined };
  answer({ ok: false, code, message: messageOf(error), fix });
}
