import { Worker } from "node:worker_threads";

/** Whether the modules run from their TypeScript sources: then threads do too, and find core under this condition alone. */
const isSource = import.meta.url.endsWith(".ts");

/** The name of a thread's entry file, built or not. */
export const entryFile = `main.${isSource ? "ts" : "js"}`;

export interface ThreadRequest<Answer> {
  readonly entry: URL;
  readonly name: string;
  readonly workerData: unknown;
  /** After this time in milliseconds, `late` answers. */
  readonly maxMs: number;
  /** Ends the thread. */
  readonly signal: AbortSignal;
  readonly late: () => Answer;
  /** The thread threw, or could not start. */
  readonly broken: (error: Error) => Answer;
  /** The thread ended without an answer. */
  readonly ended: (exitCode: number) => Answer;
}

/** Starts a thread of its own, with nothing of this process's environment, for the one answer that it gives, and ends it. */
export async function askThread<Answer>({
  entry,
  name,
  workerData,
  maxMs,
  signal,
  late,
  broken,
  ended,
}: ThreadRequest<Answer>): Promise<Answer> {
  const worker = new Worker(entry, {
    workerData,
    env: {},
    argv: [],
    execArgv: ["--no-warnings", ...(isSource ? ["--conditions=@ice/source"] : [])],
    stdin: false,
    name,
  });
  const end = (): void => void worker.terminate();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  let timer: NodeJS.Timeout | undefined;
  const answer = await new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(late()), maxMs);
    worker.once("message", resolve);
    worker.once("error", (error: Error) => resolve(broken(error)));
    worker.once("exit", (code) => resolve(ended(code)));
  });
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  await worker.terminate();
  return answer;
}
