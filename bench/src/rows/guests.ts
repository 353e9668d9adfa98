import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { GuestsFigures } from "../tasks/guests.ts";

/** Whether 200 looping guests of one run delay the guest of another run, or the event loop. */
export const guests: Row = { name: "guests", measure };

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const parameters = { spinning: quick ? 20 : 200, honest: quick ? 2 : 5 };
  const runs: GuestsFigures[] = [];
  for (let process = 0; process < processes; process += 1) runs.push(await inChild("guests", parameters));
  const honest = runs.flatMap(({ honestMs }) => honestMs);
  const spin = median(runs.flatMap(({ spinMs }) => spinMs));
  const late = (which: "p99" | "max"): number => Math.max(...runs.map(({ delays }) => delays[which]));
  const afterCancel = Math.max(...runs.map(({ afterCancelMs }) => afterCancelMs));
  return {
    tables: [
      {
        head: [`beside ${parameters.spinning} guests of another run that loop`, "ms"],
        rows: [
          ["one of them, until its limits", spin.toFixed(0)],
          ["a run of one honest guest, median", median(honest).toFixed(0)],
          ["a run of one honest guest, slowest", Math.max(...honest).toFixed(0)],
          ["an honest run right after the others are cancelled", afterCancel.toFixed(0)],
        ],
      },
    ],
    verdicts: [
      atMost("an honest guest, median, in executions that loop", 1, median(honest) / spin),
      atMost("an honest guest after the others are cancelled", 500, afterCancel, { unit: " ms", digits: 0 }),
      atMost("a timer of the host is late, 99th percentile", 10, late("p99"), { unit: " ms", digits: 1 }),
      atMost("a timer of the host is late, at most", 50, late("max"), { unit: " ms", digits: 1 }),
    ],
    figures: runs,
  };
}
