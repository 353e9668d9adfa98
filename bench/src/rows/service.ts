import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { ServiceFigures } from "../tasks/service.ts";

/** A server under load, beside a handler that does nothing. */
export const service: Row = { name: "service", measure };

const rounds = 5;

async function measure({ quick }: Thoroughness): Promise<RowReport> {
  const figures: Record<"ice" | "hono", ServiceFigures[]> = { ice: [], hono: [] };
  const size = quick ? { runs: 100, streams: 50 } : { runs: 1000, streams: 500 };
  for (let round = 0; round < (quick ? 1 : rounds); round += 1)
    for (const engine of ["hono", "ice"] as const) figures[engine].push(await inChild("service", { engine, ...size }));
  const of = (engine: "ice" | "hono", what: keyof ServiceFigures): number =>
    median(figures[engine].map((figure) => figure[what]));
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const growthMb = of("ice", "growthBytes") / 1e6;
  return {
    tables: [
      {
        head: [`${size.runs} runs, ${size.streams} streams, half of which are never read`, "bare Hono", "ice"],
        rows: [
          ["answer that a run is recorded, median, idle", ms(of("hono", "idle202")), ms(of("ice", "idle202"))],
          ["the same during the load", ms(of("hono", "busy202")), ms(of("ice", "busy202"))],
          ["`/livez` during the load, 99th percentile", ms(of("hono", "livez99")), ms(of("ice", "livez99"))],
          ["an event at its reader, 95th percentile, idle", "–", ms(of("ice", "idleEvent95"))],
          ["the same, of a run of another process", "–", ms(of("ice", "otherEvent95"))],
          ["the same during the load", "–", ms(of("ice", "busyEvent95"))],
          ["growth of memory", "–", `${growthMb.toFixed(0)} MB`],
          ["streams without each event once", "–", String(of("ice", "wrongStreams"))],
          ["all of it", `${of("hono", "loadMs").toFixed(0)} ms`, `${of("ice", "loadMs").toFixed(0)} ms`],
        ],
      },
    ],
    verdicts: [
      atMost("answer that a run is recorded, idle", 15, of("ice", "idle202"), { unit: " ms", digits: 1 }),
      atMost("`/livez` during the load, 99th percentile", 100, of("ice", "livez99"), { unit: " ms", digits: 1 }),
      atMost("an event at its reader, idle", 200, of("ice", "idleEvent95"), { unit: " ms", digits: 1 }),
      atMost("the same, of another process", 200, of("ice", "otherEvent95"), { unit: " ms", digits: 1 }),
      atMost("the same during the load", 200, of("ice", "busyEvent95"), { unit: " ms", digits: 1 }),
      atMost("growth of memory", 150, growthMb, { unit: " MB", digits: 0 }),
      atMost("streams without each event once", 0, Math.max(...figures.ice.map(({ wrongStreams }) => wrongStreams)), {
        digits: 0,
      }),
    ],
    figures,
  };
}
