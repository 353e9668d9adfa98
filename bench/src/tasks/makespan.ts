import { engines, type EngineName } from "../engines/engine.ts";
import { timedGraphs, type TimedGraphName } from "../graphs/timed-graphs.ts";
import { TimedTrace, type Makespan } from "../graphs/timed-trace.ts";

export interface MakespanParameters {
  readonly engine: EngineName;
  readonly graph: TimedGraphName;
  readonly rounds: number;
  readonly concurrency?: number;
}

/** Time for warm-up runs, in milliseconds: an engine is slow until it has been compiled. */
const warmUpMs = 1500;

/** The time of an engine for a graph whose nodes take time, per round. */
export async function measureMakespan({
  engine,
  graph: graphName,
  rounds,
  ...options
}: MakespanParameters): Promise<readonly Makespan[]> {
  const graph = timedGraphs[graphName]();
  const trace = new TimedTrace(graph, graph.durationsMs);
  const prepare = await engines[engine]();
  const run = await prepare(graph, trace.body, options);
  const once = async (): Promise<Makespan> => {
    const startedAt = performance.now();
    await run();
    return trace.finish(startedAt, performance.now());
  };
  for (let warmMs = 0; warmMs < warmUpMs;) warmMs += (await once()).makespanMs;
  const runs: Makespan[] = [];
  while (runs.length < rounds) runs.push(await once());
  return runs;
}
