import { IceError } from "@ice/core";
import { askThread, entryFile } from "../pool/ask-thread.ts";
import type { FromPreparing } from "./prepare/messages.ts";
import type { PreparedComponent } from "./prepare-component.ts";

/** Time to prepare a component, in milliseconds. */
const maxMs = 120_000;

/**
 * Prepares a component in a separate thread: transpiling takes at least half a second without a pause.
 *
 * @param signal - ends the thread.
 * @throws IceError `ICE_SANDBOX_DENIED` for a component that is refused, that takes too long, or when the transpiler is not
 * installed.
 */
export async function prepareInThread(bytes: Uint8Array, signal: AbortSignal): Promise<PreparedComponent> {
  const answer = await askThread<FromPreparing>({
    entry: new URL(`./prepare/${entryFile}`, import.meta.url),
    name: "ice-component-prepare",
    workerData: bytes,
    maxMs,
    signal,
    late: () => failed(`it takes longer than ${maxMs} ms`),
    broken: ({ message }) => failed(message),
    ended: () => failed("its thread was ended"),
  });
  if (answer.ok) return answer.prepared;
  const { code, message, fix } = answer;
  throw new IceError(code, message, { fix });
}

const failed = (why: string): FromPreparing => ({
  ok: false,
  code: "ICE_SANDBOX_DENIED",
  message: `The component cannot be prepared: ${why}.`,
  fix: "use a smaller component",
});
