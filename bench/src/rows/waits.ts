import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { WaitsFigures } from "../tasks/waits.ts";

/** Waiting: what it costs, and how fast it ends. */
export const waits: Row = { name: "waits", measure };

async function measure({ quick }: Thoroughness): Promise<RowReport> {
  const timers = quick ? 500 : 10_000;
  const figures: WaitsFigures[] = [];
  for (let round = 0; round < (quick ? 1 : 5); round += 1)
    figures.push(await inChild("waits", { timers }, { execArgv: ["--expose-gc"] }));
  const of = (what: keyof WaitsFigures): number => median(figures.map((figure) => figure[what]));
  const heapMb = of("heapBytes") / 1e6;
  return {
    tables: [
      {
        head: ["", "median"],
        rows: [
          [`the heap grows by ${timers.toLocaleString("en")} suspended timers`, `${heapMb.toFixed(2)} MB`],
          ["find the three runs that are due among them", `${of("dueMs").toFixed(2)} ms`],
          ["cancel a run with 100 nodes in a scope in flight, cleanup included", `${of("cancelMs").toFixed(1)} ms`],
          ["a signal, to the end of the run that waits for it", `${of("signalMs").toFixed(1)} ms`],
        ],
      },
    ],
    verdicts: [
      atMost("growth of the heap", 2, heapMb, { unit: " MB" }),
      atMost("find the runs that are due", 10, of("dueMs"), { unit: " ms" }),
      atMost("cancel a run with a scope", 50, of("cancelMs"), { unit: " ms", digits: 1 }),
    ],
    figures,
  };
}
