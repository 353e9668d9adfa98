import type { ShapeName } from "../graphs/shapes.ts";
import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";

const shapes: readonly ShapeName[] = ["chain", "fan", "layered"];
const sizes = [1000, 100_000] as const;

/** Whether the cost of ice grows with the graph as that of the limit does, without costs that small graphs do not show. */
export const growth: Row = { name: "growth", measure };

async function measure({ processes, effort }: Thoroughness): Promise<RowReport> {
  const figures: Record<string, { readonly limit: number[]; readonly ice: number[] }> = {};
  for (const shape of shapes)
    for (const size of sizes)
      for (let process = 0; process < processes; process += 1)
        for (const engine of ["limit", "ice"] as const) {
          const { usPerNode } = await inChild("timing", { engine, shape, size, ...effort });
          (figures[`${shape} ${size}`] ??= { limit: [], ice: [] })[engine].push(...usPerNode);
        }
  const ratio = (shape: ShapeName, size: number): number => {
    const { ice, limit } = figures[`${shape} ${size}`]!;
    return median(ice) / median(limit);
  };
  return {
    tables: [
      {
        head: ["ice ÷ limit", ...sizes.map((size) => `${size.toLocaleString("en")} nodes`)],
        rows: shapes.map((shape) => [shape, ...sizes.map((size) => `${ratio(shape, size).toFixed(1)}×`)]),
      },
    ],
    verdicts: shapes.map((shape) =>
      atMost(`${shape}: growth of the ratio`, 2, ratio(shape, 100_000) / ratio(shape, 1000), { unit: "×" }),
    ),
    figures,
  };
}
