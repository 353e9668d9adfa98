import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import { startModelServer, type ModelFormat } from "../tasks/model-server.ts";

const formats: readonly ModelFormat[] = ["openai-compatible", "openai", "anthropic", "google"];

/** The cost that `@ice/llm` adds to a bare adapter of the same provider, for each token, and the time until an abort reaches the server. */
export const models: Row = { name: "models", measure };

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const tokens = quick ? 10_000 : 100_000;
  const rounds = quick ? 3 : 11;
  const server = await startModelServer(tokens);
  const figures: Record<string, { bare: number[]; ice: number[]; extra: number[]; hang: number; stall: number }> = {};
  for (const format of formats) {
    const all = { bare: [] as number[], ice: [] as number[], extra: [] as number[] };
    for (let process = 0; process < processes; process += 1) {
      const { bare, ice } = await inChild("tokens", { format, host: server.host, tokens, rounds });
      all.bare.push(...bare);
      all.ice.push(...ice);
      all.extra.push(...ice.map((us, round) => us - bare[round]!)); // adjacent rounds see the same disturbances
    }
    const { hang, stall } = await inChild("aborts", { format, aborts: quick ? 20 : 205 });
    figures[format] = { ...all, hang: percentile99(hang), stall: percentile99(stall) };
  }
  server.close();
  const of = (format: string) => figures[format]!;
  return {
    tables: [
      {
        head: ["µs of CPU per token", "adapter", "ice", "more"],
        rows: formats.map((format) => {
          const { bare, ice, extra } = of(format);
          return [format, ...[bare, ice, extra].map((each) => median(each).toFixed(2))];
        }),
      },
      {
        head: ["an abort is at the server after, 99th percentile", "before headers", "in the middle"],
        rows: formats.map((format) => [
          format,
          `${of(format).hang.toFixed(1)} ms`,
          `${of(format).stall.toFixed(1)} ms`,
        ]),
      },
    ],
    verdicts: formats.flatMap((format) => [
      atMost(`${format}: beyond the adapter`, 1, median(of(format).extra), { unit: " µs per token" }),
      atMost(`${format}: abort`, 50, Math.max(of(format).hang, of(format).stall), { unit: " ms", digits: 1 }),
    ]),
    figures,
  };
}

const percentile99 = (sorted: readonly number[]): number => sorted[Math.ceil(0.99 * sorted.length) - 1]!;
