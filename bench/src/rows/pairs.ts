import { join } from "node:path";
import type { ShapeName } from "../graphs/shapes.ts";
import { inChild } from "../in-child.ts";
import { commitOf } from "../machine.ts";
import { atMost, type Row, type RowReport, type Thoroughness, type Verdict } from "../report/row.ts";
import { median } from "../statistics.ts";

const shapes: readonly ShapeName[] = ["chain", "fan", "layered"];
const sizes = [100, 1000, 10_000, 100_000];
/** Processes of each checkout per figure: a machine's speed changes from minute to minute, but much less between adjacent measurements. */
const pairs = 7;

/** The cost of a node here, compared with another checkout of ice (`--against`), measured alternately. */
export const pairsWith = (checkout: string): Row => ({
  name: "pairs",
  measure: (thoroughness) => measure(checkout, thoroughness),
});

async function measure(checkout: string, { quick, effort }: Thoroughness): Promise<RowReport> {
  const other = join(checkout, "bench/src/tasks/run-task.ts");
  const rows: string[][] = [];
  const verdicts: Verdict[] = [];
  const figures: Record<string, { readonly here: number[]; readonly there: number[] }> = {};
  for (const shape of shapes)
    for (const size of quick ? [100, 1000] : sizes) {
      const name = `${shape} ${size.toLocaleString("en")}`;
      const cost = async (entry?: string): Promise<number> => {
        const parameters = { engine: "ice", shape, size, ...effort } as const;
        const { usPerNode } = await inChild("timing", parameters, { entry });
        return median(usPerNode);
      };
      const [here, there]: [number[], number[]] = [[], []];
      for (let pair = 0; pair < (quick ? 3 : pairs); pair += 1) {
        // The second one finds a warmer machine, so the two alternate.
        if (pair % 2 === 0) there.push(await cost(other));
        here.push(await cost());
        if (pair % 2 === 1) there.push(await cost(other));
      }
      const ratios = here.map((us, pair) => us / there[pair]!);
      figures[name] = { here, there };
      const span = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
      rows.push([name, median(there).toFixed(2), median(here).toFixed(2), `${median(ratios).toFixed(2)} (${span})`]);
      verdicts.push(atMost(`${name}: against the other checkout`, 1.03, median(ratios), { unit: "×" }));
    }
  return {
    tables: [
      {
        head: [
          "µs per node",
          commitOf(join(checkout, "bench/src")) ?? checkout,
          "here",
          "ratio of the pairs (from, to)",
        ],
        rows,
      },
    ],
    verdicts,
    figures,
  };
}
