import type { ShapeName } from "../graphs/shapes.ts";
import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { PeakMemory, SteadyMemory } from "../tasks/memory.ts";

const collectable = { execArgv: ["--expose-gc"] };
const shapes: readonly ShapeName[] = ["chain", "fan", "layered"];

/** The memory of a large run, and the memory that many small ones leave behind. */
export const memory: Row = { name: "memory", measure };

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const size = 100_000;
  const runs = quick ? 1000 : 10_000;
  const peaks: Partial<Record<ShapeName, PeakMemory[]>> = {};
  const steady: SteadyMemory[] = [];
  for (let process = 0; process < Math.max(processes, quick ? 1 : 5); process += 1) {
    for (const shape of shapes) (peaks[shape] ??= []).push(await inChild("peakMemory", { shape, size }, collectable));
    steady.push(await inChild("steadyMemory", { shape: "layered", size: 100, runs }, collectable));
  }
  const bytes = (shape: ShapeName, what: keyof PeakMemory): number => median(peaks[shape]!.map((peak) => peak[what]));
  const growth = median(steady.map(({ beforeBytes, afterBytes }) => (afterBytes / beforeBytes - 1) * 100));
  const nodes = size.toLocaleString("en");
  return {
    tables: [
      {
        head: [`bytes per node at ${nodes} nodes`, "blueprint and plan", "a run, at its peak", "result of a run"],
        rows: shapes.map((shape) => [
          shape,
          ...(["plan", "peak", "result"] as const).map((what) => bytes(shape, what).toFixed(0)),
        ]),
      },
    ],
    verdicts: [
      ...shapes.map((shape) =>
        atMost(`${shape}: plan and peak together`, 3, (bytes(shape, "plan") + bytes(shape, "peak")) / 1024, {
          unit: " KB per node",
        }),
      ),
      atMost(`heap after ${runs.toLocaleString("en")} runs`, 5, growth, { unit: " % more" }),
    ],
    figures: { peaks, steady },
  };
}
