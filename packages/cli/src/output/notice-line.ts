import { withoutCredentials } from "@ice/core/internal";
import type { WorkerNotice } from "@ice/engine-dbos";
import { oneLine } from "../terminal/printable.ts";

/** What a worker reports to its operator, in one line. */
export function noticeLine(notice: WorkerNotice): string {
  const store = "store" in notice ? withoutCredentials(notice.store) : "";
  switch (notice.type) {
    case "store.unreachable":
      return `warning: ${store} has not answered for ${seconds(notice.awayMs)}: runs wait for it`;
    case "store.reached":
      return `${store} answers again, after ${seconds(notice.awayMs)}`;
    case "worker.replaced": {
      const { worker, host, pid, runs, jobs } = notice;
      const taken = `${counted(runs, "run")} and ${counted(jobs, "node")} of it go on elsewhere`;
      return `warning: ${oneLine(`the process ${worker} (${host}:${pid}) has died: ${taken}`)}`;
    }
    default:
      return `warning: ${oneLine(`run "${notice.runId}" of tenant "${notice.tenant}" is left to other workers: ${notice.code}: ${notice.message}`, 500)}`;
  }
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
