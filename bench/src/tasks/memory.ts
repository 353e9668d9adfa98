import { prepareIce } from "../engines/ice.ts";
import type { Body } from "../graphs/graph.ts";
import { OrderTrace } from "../graphs/order-trace.ts";
import { shapes, type ShapeName } from "../graphs/shapes.ts";

export interface MemoryParameters {
  readonly shape: ShapeName;
  readonly size: number;
}

/** Bytes per node. */
export interface PeakMemory {
  /** The workflow and its plan. */
  readonly plan: number;
  /** Highest heap during a run, over the heap before it. */
  readonly peak: number;
  /** Memory of the result of the run. */
  readonly result: number;
}

/** The heap of one run, sampled a thousand times while it runs. Needs `--expose-gc`. */
export async function measurePeak({ shape, size }: MemoryParameters): Promise<PeakMemory> {
  const graph = shapes[shape](size);
  const trace = new OrderTrace(graph);
  const every = Math.max(1, Math.floor(size / 1000));
  let peak = 0;
  let ran = 0;
  const body: Body = (node) => {
    ran += 1;
    if (ran % every === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
    return trace.body(node);
  };
  const empty = collectedHeap();
  const run = await prepareIce(graph, body);
  const prepared = collectedHeap();
  const result = await run();
  peak = Math.max(peak, process.memoryUsage().heapUsed);
  const held = collectedHeap();
  trace.finish();
  if (result === undefined) throw new Error("the run has no result");
  return { plan: (prepared - empty) / size, peak: (peak - prepared) / size, result: (held - prepared) / size };
}

export interface SteadyMemory {
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

/** The heap before and after `runs` consecutive runs. Needs `--expose-gc`. */
export async function measureSteady({
  shape,
  size,
  runs,
}: MemoryParameters & { readonly runs: number }): Promise<SteadyMemory> {
  const graph = shapes[shape](size);
  const trace = new OrderTrace(graph);
  const run = await prepareIce(graph, trace.body);
  const repeat = async (times: number): Promise<void> => {
    for (let done = 0; done < times; done += 1) {
      await run();
      trace.finish();
    }
  };
  await repeat(Math.ceil(runs / 20));
  const beforeBytes = collectedHeap();
  await repeat(runs);
  return { beforeBytes, afterBytes: collectedHeap() };
}

function collectedHeap(): number {
  if (globalThis.gc === undefined) throw new Error("start node with --expose-gc");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
