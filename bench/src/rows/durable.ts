import { inChild } from "../in-child.ts";
import { atLeast, atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";

/** The cost of durable runs, compared with the driver alone. */
export const durable: Row = { name: "durable", measure };

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const sizes = quick
    ? { wide: 2000, chain: 200, rounds: 5, suspended: 100, finished: 500 }
    : { wide: 10_000, chain: 1000, rounds: 5, suspended: 1000, finished: 10_000 };
  const runs = [];
  for (let process = 0; process < processes; process += 1) runs.push(await inChild("durable", sizes));
  const wide = runs.flatMap((run) => run.wide);
  const chain = runs.flatMap((run) => run.chain);
  const [onDisk, inMemory] = [median(wide.map((round) => round.sqlite)), median(wide.map((round) => round.memory))];
  const [linked, raw] = [median(chain.map((round) => round.sqlite)), median(chain.map((round) => round.raw))];
  const share = median(chain.map((round) => round.raw / round.sqlite));
  const bytes = median(runs.map(({ bytesPerNode }) => bytesPerNode));
  const resume = median(runs.flatMap((run) => run.resume));
  const list = median(runs.flatMap((run) => run.list));
  return {
    tables: [
      {
        head: ["SQLite, `synchronous = FULL`", "µs per node", "beside"],
        rows: [
          [`${sizes.wide} nodes side by side`, onDisk.toFixed(1), `${inMemory.toFixed(1)} in memory`],
          [
            `a chain of ${sizes.chain}`,
            linked.toFixed(0),
            `${raw.toFixed(0)} for a row that the driver alone appends and commits`,
          ],
        ],
      },
    ],
    verdicts: [
      atLeast("nodes side by side", 15_000, 1e6 / onDisk, { unit: " per second" }),
      atMost("over memory", 25, onDisk - inMemory, { unit: " µs per node", digits: 1 }),
      atLeast("a chain, against the driver alone", 0.8, share, { unit: "× its rate", digits: 2 }),
      atMost(`resume of ${sizes.wide} nodes, to the first new one`, 150, resume, { unit: " ms", digits: 0 }),
      atMost("in the file", 400, bytes, { unit: " bytes per node", digits: 0 }),
      atMost(`lists of ${sizes.finished} finished and ${sizes.suspended} suspended runs`, 100, list, {
        unit: " ms",
        digits: 0,
      }),
    ],
    figures: runs,
  };
}
