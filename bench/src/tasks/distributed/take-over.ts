import { setTimeout as delay } from "node:timers/promises";
import { chain, now, startCluster } from "./cluster.ts";

export interface TakeOverParameters {
  readonly url: string;
  readonly rounds: number;
  readonly leaseMs: number;
}

/** Milliseconds from the death of a worker, by `kill -9`, to the first node that another one starts in its run. */
export async function measureTakeOver({ url, rounds, leaseMs }: TakeOverParameters): Promise<readonly number[]> {
  const cluster = await startCluster(url);
  const workers = await Promise.all([1, 2, 3].map(() => cluster.start({ leaseMs })));
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const runId = `r${round}`;
    await cluster.queue(runId, chain(200, 50));
    const first = await cluster.steps.first(({ run }) => run === runId);
    // Not at the same moment between two renewals of its lease each time.
    await delay(1000 + 1000 * Math.random());
    const at = workers.findIndex(({ pid }) => pid === first.pid);
    const [owner] = workers.splice(at, 1);
    const killed = now();
    await owner!.kill("SIGKILL");
    const next = await cluster.steps.first(({ run, pid }) => run === runId && pid !== first.pid);
    times.push(next.at - killed);
    await cluster.service.cancel(runId);
    workers.push(await cluster.start({ leaseMs }));
  }
  await cluster.close();
  return times;
}
