import type { EngineName } from "../engines/engine.ts";
import type { ShapeName } from "../graphs/shapes.ts";
import { inChild } from "../in-child.ts";
import { atLeast, atMost, type Row, type RowReport, type Thoroughness, type Verdict } from "../report/row.ts";
import type { Table } from "../report/table.ts";
import { median } from "../statistics.ts";

/** Sizes at which an engine ends in reasonable time: the cost of Mastra and LangGraph grows faster than the graph. */
const sizes: Readonly<Record<EngineName, readonly number[]>> = {
  limit: [100, 1000, 10_000, 100_000],
  promises: [100, 1000, 10_000, 100_000],
  ice: [100, 1000, 10_000, 100_000],
  "p-graph": [100, 1000, 10_000, 100_000],
  effect: [100, 1000, 10_000, 100_000],
  mastra: [100, 1000],
  langgraph: [100, 1000],
};
const shapes: readonly ShapeName[] = ["chain", "fan", "layered"];
const names = Object.keys(sizes) as EngineName[];

/** The cost per node of every engine, with nodes that do nothing. */
export const overhead: Row = { name: "overhead", measure };

async function measure({ quick, processes, effort }: Thoroughness): Promise<RowReport> {
  const all = quick ? [100, 1000] : sizes.ice;
  const figures: Figures = {};
  for (const shape of shapes)
    for (const size of all)
      for (let process = 0; process < processes; process += 1)
        for (const engine of names.filter((name) => sizes[name].includes(size))) {
          const { prepareMs, preparedAgainMs, usPerNode } = await inChild("timing", { engine, shape, size, ...effort });
          const figure = (figures[keyOf(engine, shape, size)] ??= {
            prepareMs: [],
            preparedAgainMs: [],
            usPerNode: [],
          });
          figure.prepareMs.push(prepareMs);
          figure.preparedAgainMs.push(...preparedAgainMs);
          figure.usPerNode.push(...usPerNode);
        }
  return {
    tables: [...shapes.map((shape) => runTable(shape, all, figures)), prepareTable(figures, Math.max(...all))],
    verdicts: shapes.flatMap((shape) => verdictsOf(shape, all, figures)),
    figures,
  };
}

interface Figure {
  readonly prepareMs: number[];
  readonly preparedAgainMs: number[];
  readonly usPerNode: number[];
}
type Figures = Record<string, Figure>;

const keyOf = (engine: EngineName, shape: ShapeName, size: number): string => `${engine} ${shape} ${size}`;

/** Microseconds per node; undefined if not measured. */
function usPerNode(figures: Figures, engine: EngineName, shape: ShapeName, size: number): number | undefined {
  const figure = figures[keyOf(engine, shape, size)];
  return figure === undefined ? undefined : median(figure.usPerNode);
}

const count = (size: number): string => size.toLocaleString("en");

function runTable(shape: ShapeName, all: readonly number[], figures: Figures): Table {
  const cell = (engine: EngineName, size: number): string => {
    const us = usPerNode(figures, engine, shape, size);
    if (us === undefined) return "–";
    const times = us / usPerNode(figures, "limit", shape, size)!;
    return `${us.toFixed(2)} (${times.toFixed(times < 10 ? 1 : 0)}×)`;
  };
  return {
    head: [`${shape}, µs per node (× the limit)`, ...all.map((size) => `${count(size)} nodes`)],
    rows: names.map((engine) => [engine, ...all.map((size) => cell(engine, size))]),
  };
}

function prepareTable(figures: Figures, largest: number): Table {
  const cell = (engine: EngineName, shape: ShapeName, size: number): string => {
    const figure = figures[keyOf(engine, shape, size)];
    if (figure === undefined) return "–";
    return `${median(figure.prepareMs).toFixed(0)}, ${median(figure.preparedAgainMs).toFixed(1)} ms`;
  };
  return {
    head: [
      "preparing: first, again",
      ...shapes.flatMap((shape) => [1000, largest].map((size) => `${shape} ${count(size)}`)),
    ],
    rows: names
      .filter((engine) => engine !== "limit" && engine !== "promises")
      .map((engine) => [
        engine,
        ...shapes.flatMap((shape) => [1000, largest].map((size) => cell(engine, shape, size))),
      ]),
  };
}

function verdictsOf(shape: ShapeName, all: readonly number[], figures: Figures): Verdict[] {
  const ratio = (to: EngineName, size: number): number =>
    usPerNode(figures, "ice", shape, size)! / usPerNode(figures, to, shape, size)!;
  const preparing = (engine: EngineName, size: number): number =>
    median(figures[keyOf(engine, shape, size)]!.preparedAgainMs);
  const verdicts: Verdict[] = [];
  for (const size of all) {
    const graph = `${shape} ${count(size)}`;
    verdicts.push(atMost(`${graph}: against the limit`, 12, ratio("limit", size), { unit: "×", digits: 1 }));
    const maxPromises = maxAgainst.promises[size];
    if (maxPromises !== undefined)
      verdicts.push(atMost(`${graph}: against promises`, maxPromises, ratio("promises", size), { unit: "×" }));
    const maxPGraph = maxAgainst["p-graph"][size];
    if (maxPGraph === undefined) continue;
    const prepared = preparing("ice", size) / preparing("p-graph", size);
    verdicts.push(atMost(`${graph}: against p-graph`, maxPGraph, ratio("p-graph", size), { unit: "×" }));
    verdicts.push(atMost(`${graph}: preparing, against p-graph`, 2.5, prepared, { unit: "×" }));
  }
  verdicts.push(atLeast(`${shape} 1,000: faster than LangGraph.js`, 200, 1 / ratio("langgraph", 1000), { unit: "×" }));
  verdicts.push(atLeast(`${shape} 1,000: faster than Mastra`, 100, 1 / ratio("mastra", 1000), { unit: "×" }));
  return verdicts;
}

/** By size: the maximum cost of a node, relative to the other engine. */
const maxAgainst: Readonly<Record<"promises" | "p-graph", Readonly<Record<number, number>>>> = {
  promises: { 1000: 2, 100_000: 1.2 },
  "p-graph": { 1000: 1.3, 10_000: 1, 100_000: 1 },
};
