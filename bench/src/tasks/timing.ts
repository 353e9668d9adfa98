import { engines, type EngineName } from "../engines/engine.ts";
import { OrderTrace } from "../graphs/order-trace.ts";
import { shapes, type ShapeName } from "../graphs/shapes.ts";
import { timeRounds, type Effort } from "./rounds.ts";

export interface TimingParameters extends Effort {
  readonly engine: EngineName;
  readonly shape: ShapeName;
  readonly size: number;
}

export interface Timing {
  /** Time to prepare the graph, for the first time in a process. */
  readonly prepareMs: number;
  /** The same, five times more, after the runs. */
  readonly preparedAgainMs: readonly number[];
  /** Microseconds per node, of each round. */
  readonly usPerNode: readonly number[];
}

/** The cost per node of an engine with nodes that do nothing. Every run is checked. */
export async function measureTiming({ engine, shape, size, ...effort }: TimingParameters): Promise<Timing> {
  const graph = shapes[shape](size);
  const trace = new OrderTrace(graph);
  const prepare = await engines[engine]();
  const timed = async (): Promise<{ readonly ms: number; readonly run: () => Promise<unknown> }> => {
    const started = performance.now();
    const run = await prepare(graph, trace.body);
    return { ms: performance.now() - started, run };
  };
  const { ms: prepareMs, run } = await timed();
  const perRun = await timeRounds({ run, check: () => trace.finish() }, effort);
  const preparedAgainMs: number[] = [];
  for (let round = 0; round < 5; round += 1) preparedAgainMs.push((await timed()).ms);
  return { prepareMs, preparedAgainMs, usPerNode: perRun.map((ms) => (ms * 1000) / size) };
}
