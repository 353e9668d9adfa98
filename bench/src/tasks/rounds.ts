/** How long to measure. */
export interface Effort {
  /** Rounds that count. */
  readonly rounds: number;
  /** A round repeats the work until this much time is spent on it. */
  readonly roundMs: number;
  /** Work is repeated this long, and at least twice, before anything counts. */
  readonly warmUpMs: number;
}

/** Something to measure, and what has to be done after each time that does not count. */
export interface Work {
  readonly run: () => unknown;
  readonly check?: () => void;
}

/**
 * Milliseconds of one piece of work, per round. Of up to twice as many rounds as asked for, those count in which this thread had
 * a core most of the time: what other programs do at the same time shall not decide.
 *
 * Garbage is not collected between rounds: after a full collection V8 has less of its optimised code, and everything is slower.
 */
export async function timeRounds({ run, check }: Work, { rounds, roundMs, warmUpMs }: Effort): Promise<number[]> {
  const once = async (): Promise<number> => {
    const started = performance.now();
    await run();
    const spentMs = performance.now() - started;
    check?.();
    return spentMs;
  };
  for (let [warmMs, runs] = [0, 0]; warmMs < warmUpMs || runs < 2; runs += 1) warmMs += await once();
  const measured: { readonly ms: number; readonly share: number }[] = [];
  const undisturbed = (): number => measured.filter(({ share }) => share > 0.95).length;
  while (measured.length < 2 * rounds && undisturbed() < rounds) {
    const [startedAt, cpu] = [performance.now(), process.threadCpuUsage()];
    let [spentMs, runs] = [0, 0];
    for (; spentMs < roundMs; runs += 1) spentMs += await once();
    const { user, system } = process.threadCpuUsage(cpu);
    measured.push({ ms: spentMs / runs, share: (user + system) / 1000 / (performance.now() - startedAt) });
  }
  const best = measured.toSorted((a, b) => b.share - a.share).slice(0, rounds);
  return best.map(({ ms }) => ms);
}
