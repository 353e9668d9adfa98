import { inChild } from "../in-child.ts";
import { openPostgres } from "../postgres.ts";
import { atLeast, atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { LoadFigures } from "../tasks/distributed/load.ts";

/** A constant load of detached runs for a long time; measured only if it is asked for. */
export const load: Row = { name: "load", measure };

/** A million runs a day. */
const perSecond = 12;
const dayRuns = 1_000_000;
const workers = 3;
const nodesOfRun = 50;
/** What a million runs a day were estimated to take. */
const estimatedGb = 24;

async function measure({ minutes }: Thoroughness): Promise<RowReport> {
  const postgres = await openPostgres();
  try {
    const parameters = { url: postgres.newUrl(), minutes, workers, perSecond, nodes: nodesOfRun };
    const figures = await inChild("distributedLoad", parameters, { timeoutMs: (minutes + 5) * 60_000 });
    return reportOf(figures, minutes);
  } finally {
    await postgres.close();
  }
}

function reportOf(figures: LoadFigures, minutes: number): RowReport {
  const { samples, seconds, runs, failed, durations } = figures;
  const [first, last] = [samples[0]!, samples.at(-1)!];
  // The last one is taken when nothing runs any more.
  const busy = samples.slice(1, -1);
  const bytes = (last.bytes - first.bytes) / runs;
  const bytesOfQueues = (last.bytesOfQueues - first.bytesOfQueues) / runs;
  const gbPerDay = (bytes * dayRuns) / 1e9;
  const statements = first.statements === undefined ? undefined : (last.statements! - first.statements) / runs;
  const connections = Math.max(...busy.map((sample) => sample.connections));
  const rss = growthOfMemory(busy.map(({ rssBytes }) => rssBytes));
  const behind = Math.max(...busy.map(({ queued, ended }) => queued - ended));
  const mb = (value: number): string => `${(value / 1e6).toFixed(0)} MB`;
  return {
    tables: [
      {
        head: [`${perSecond} runs of ${nodesOfRun} nodes per second for ${minutes} minutes, ${workers} workers`, ""],
        rows: [
          ["runs per second", (runs / seconds).toFixed(1)],
          ["nodes per second", ((runs * nodesOfRun) / seconds).toFixed(0)],
          ["a run, from its record to its end: median", `${durations.p50.toFixed(0)} ms`],
          ["the same, 99th percentile", `${durations.p99.toFixed(0)} ms`],
          ["most runs that had not ended at the same time", String(behind)],
          ["bytes of a run", bytes.toFixed(0)],
          ["those of them in the tables of the queues", bytesOfQueues.toFixed(0)],
          ["statements of a run, with those of workers that look for work", statements?.toFixed(1) ?? "–"],
          ["connections of the workers and of the process that queues", String(connections)],
          ["memory of a worker in the second tenth of the time: median", mb(rss.early)],
          ["the same in the last tenth", mb(rss.late)],
          ["the largest that was seen", mb(rss.most)],
        ],
      },
    ],
    verdicts: [
      atMost("runs that did not complete", 0, failed, { digits: 0 }),
      atLeast("runs that ended, of those that arrived", 0.98, runs / seconds / perSecond, { unit: "×", digits: 3 }),
      atMost("a million runs, on disk", estimatedGb, gbPerDay, { unit: " GB", digits: 1 }),
      atMost("memory of a worker, in the last tenth against the second", 1.1, rss.late / rss.early, { unit: "×" }),
    ],
    figures,
  };
}

/** Medians of the second and of the last tenth: between two collections of garbage, a single look sees a third more. */
function growthOfMemory(samples: readonly (readonly number[])[]): Readonly<Record<"early" | "late" | "most", number>> {
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  return {
    early: median(samples.slice(tenth, 2 * tenth).flat()),
    late: median(samples.slice(-tenth).flat()),
    most: Math.max(...samples.flat()),
  };
}
