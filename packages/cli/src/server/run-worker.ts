import { RunStore } from "@ice/core";
import { startWorker } from "@ice/engine-dbos";
import type { IceContext } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { noticeLine } from "../output/notice-line.ts";
import type { workerFlags } from "./worker-flags.ts";
import { untilInterrupted } from "../terminal/until-interrupted.ts";

/** Works until the command is interrupted, and stops in order; the second time at once. @throws IceError `ICE_USAGE`, `ICE_STORE_*`. */
export async function runWorker(context: IceContext<typeof workerFlags>, provides: readonly string[]): Promise<number> {
  const { runtime, flags, terminal, paint } = context;
  const { slots, jobs, drain } = flags;
  const worker = await startWorker(runtime.use(RunStore), runtime, {
    provides,
    slots,
    jobs,
    onNotice: (notice) => void terminal.stderr.write(`${noticeLine(notice)}\n`),
  });
  const ready = { ready: true, worker: worker.id, pid: process.pid, provides: worker.provides };
  terminal.stdout.write(`${JSON.stringify(ready)}\n`);
  if (!flags.json && !flags.quiet) terminal.stderr.write(`${paint("green", "working")}: stop with Ctrl-C\n`);
  await untilInterrupted(terminal);
  if (!flags.quiet) terminal.stderr.write(`stopping: nodes have at most ${drain} s to end\n`);
  const drained = worker.drain(drain * 1000).then(() => exitCodes.completed);
  drained.catch(() => {}); // when it is not waited for
  let forget = (): void => {};
  const askedAgain = new Promise<number>((resolve) => {
    forget = terminal.onInterrupt(() => resolve(exitCodes.interrupted));
  });
  return Promise.race([drained, askedAgain]).finally(forget);
}
