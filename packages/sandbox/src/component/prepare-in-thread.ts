import { Worker } from "node:worker_threads";
import { IceError } from "@ice/core";
import type { FromPreparing } from "./prepare/messages.ts";
import type { PreparedComponent } from "./prepare-component.ts";

/** Time to prepare a component, in milliseconds. */
const mostMs = 120_000;

/**
 * Prepares a component in a thread of its own: transpiling takes half a second and more, in one turn.
 *
 * @param signal - ends the thread.
 * @throws IceError `ICE_SANDBOX_DENIED` for a component that is refused, that takes too long, or when the transpiler is not
 * installed.
 */
export async function prepareInThread(bytes: Uint8Array, signal: AbortSignal): Promise<PreparedComponent> {
  const worker = new Worker(new URL(`./prepare/main.${isSource ? "ts" : "js"}`, import.meta.url), {
    workerData: bytes,
    env: {},
    argv: [],
    execArgv: ["--no-warnings", ...(isSource ? ["--conditions=@ice/source"] : [])],
    stdin: false,
    name: "ice-component-prepare",
  });
  const end = (): void => void worker.terminate();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  let timer: NodeJS.Timeout | undefined;
  const answer = await new Promise<FromPreparing>((resolve) => {
    const fail = (why: string): void =>
      resolve({
        ok: false,
        code: "ICE_SANDBOX_DENIED",
        message: `The component cannot be prepared: ${why}.`,
        fix: "use a smaller component",
      });
    timer = setTimeout(() => fail(`it takes longer than ${mostMs} ms`), mostMs);
    worker.once("message", resolve);
    worker.once("error", (error: Error) => fail(error.message));
    worker.once("exit", () => fail("its thread was ended"));
  });
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  await worker.terminate();
  if (answer.ok) return answer.prepared;
  const { code, message, fix } = answer;
  throw new IceError(code, message, fix === undefined ? {} : { fix });
}

const isSource = import.meta.url.endsWith(".ts");
