import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";

/** The cost of an agent in addition to its model and tools, and the cost of a budget for each request. */
export const agents: Row = { name: "agents", measure };

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const all = { shortMs: [] as number[], longMs: [] as number[], reserveUs: [] as number[], waitUs: [] as number[] };
  for (let process = 0; process < processes; process += 1) {
    const figures = await inChild("agents", { rounds: quick ? 3 : 11 });
    for (const key of Object.keys(all) as (keyof typeof all)[]) all[key].push(...figures[key]);
  }
  const { shortMs, longMs, reserveUs, waitUs } = all;
  return {
    tables: [
      {
        head: ["", "median"],
        rows: [
          ["a run with an agent of 10 steps, in memory", `${median(shortMs).toFixed(2)} ms`],
          ["the same with 1,000 steps of 2 KiB", `${median(longMs).toFixed(0)} ms`],
          ["reserve from a budget and settle", `${median(reserveUs).toFixed(2)} µs`],
          ["the same, a hundred requests at once", `${median(waitUs).toFixed(2)} µs`],
        ],
      },
    ],
    verdicts: [
      atMost("an agent of 10 steps", 3, median(shortMs), { unit: " ms" }),
      atMost("an agent of 1,000 steps", 300, median(longMs), { unit: " ms", digits: 0 }),
      atMost("reserve and settle", 1, median(reserveUs), { unit: " µs" }),
    ],
    figures: all,
  };
}
