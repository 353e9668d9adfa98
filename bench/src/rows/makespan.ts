import type { EngineName } from "../engines/engine.ts";
import type { TimedGraphName } from "../graphs/timed-graphs.ts";
import type { Makespan } from "../graphs/timed-trace.ts";
import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";

const names: readonly EngineName[] = ["limit", "promises", "ice", "p-graph", "effect", "mastra", "langgraph"];
const graphs: readonly TimedGraphName[] = ["unbalanced", "imports", "packages"];
/** More than the number of nodes of any graph. */
const unlimited = 10_000;

/** The time of a graph whose nodes take time, compared with its longest path. */
export const makespan: Row = { name: "makespan", measure };

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const figures: Record<string, Makespan[]> = {};
  const rounds = quick ? 5 : 7;
  for (const graph of graphs)
    for (let process = 0; process < processes; process += 1) {
      for (const engine of names) {
        const runs = await inChild("makespan", { engine, graph, rounds, concurrency: unlimited });
        (figures[`${engine} ${graph}`] ??= []).push(...runs);
      }
      const runs = await inChild("makespan", { engine: "ice", graph, rounds });
      (figures[`${asInstalled} ${graph}`] ??= []).push(...runs);
    }
  const ratio = (engine: string, graph: TimedGraphName): number =>
    median(figures[`${engine} ${graph}`]!.map(({ makespanMs, criticalPathMs }) => makespanMs / criticalPathMs));
  return {
    tables: [
      {
        head: ["makespan ÷ critical path", ...graphs],
        rows: [...names, asInstalled].map((engine) => [
          engine,
          ...graphs.map((graph) => `${ratio(engine, graph).toFixed(3)}×`),
        ]),
      },
    ],
    verdicts: graphs.map((graph) =>
      atMost(`${graph}: against the critical path`, graph === "unbalanced" ? 1.03 : 1.02, ratio("ice", graph), {
        unit: "×",
        digits: 3,
      }),
    ),
    figures,
  };
}

/** ice with the default `maxConcurrency`: 16 nodes at a time. */
const asInstalled = "ice, 16 at a time";
