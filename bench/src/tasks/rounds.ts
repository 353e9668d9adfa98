/** How long to measure. */
export interface Effort {
  /** Number of measured rounds. */
  readonly rounds: number;
  /** A round repeats the work for this time. */
  readonly roundMs: number;
  /** The work is repeated for this time, and at least twice, before measuring. */
  readonly warmUpMs: number;
}

/** The work to measure, and the clean-up after each repetition, which is not measured. */
export interface Work {
  readonly run: () => unknown;
  readonly check?: () => void;
}

/**
 * Milliseconds per repetition, of each round. Out of up to twice the requested rounds, those count in which this thread had
 * a core most of the time, so that other programs do not affect the result.
 *
 * Garbage is not collected between rounds: a full collection makes V8 discard optimised code, and everything is slower.
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
