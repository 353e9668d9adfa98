import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { DelayFigures } from "../tasks/delay.ts";

const works = {
  iterations: "a million iterations that end at once",
  expressions: "2,000 heavy expressions",
  resume: "a resume of 10,000 nodes",
  starts: "1,000 runs started at once",
  errors: "1 MB of mistakes, validated",
} as const;
const guests = "200 guests that loop";
/** No target: the cost of garbage collection when only records are created. */
const limit = "a million records, kept, without an engine";

/** The delay of a timer during heavy work: whether the event loop keeps turning during any run. */
export const delay: Row = { name: "delay", measure };

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const figures: Record<string, DelayFigures[]> = {};
  for (let process = 0; process < processes; process += 1) {
    const besides = [...(Object.entries(works) as [keyof typeof works, string][]), ["keeping", limit] as const];
    for (const [beside, name] of besides)
      (figures[name] ??= []).push(await inChild("delay", { beside, scale: quick ? 0.05 : 1 }));
    const started = performance.now();
    const { delays } = await inChild("guests", { spinning: quick ? 20 : 200, honest: 2 });
    (figures[guests] ??= []).push({ ...delays, workMs: performance.now() - started });
  }
  const of = (name: string, what: keyof DelayFigures): number => median(figures[name]!.map((figure) => figure[what]));
  const names = [...Object.values(works), guests];
  return {
    tables: [
      {
        head: [
          "a timer of 1 ms beside",
          "late, 99th percentile",
          "late, at most",
          "longest collection of garbage",
          "all of them",
          "the work took",
        ],
        rows: [...names, limit].map((name) => [
          name,
          `${of(name, "p99").toFixed(1)} ms`,
          `${of(name, "max").toFixed(1)} ms`,
          `${of(name, "longestGc").toFixed(1)} ms`,
          `${of(name, "allGc").toFixed(0)} ms`,
          `${of(name, "workMs").toFixed(0)} ms`,
        ]),
      },
    ],
    verdicts: names.flatMap((name) => [
      atMost(`${name}: 99th percentile`, 10, of(name, "p99"), { unit: " ms", digits: 1 }),
      atMost(`${name}: at most`, 50, of(name, "max"), { unit: " ms", digits: 1 }),
    ]),
    figures,
  };
}
