import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median, percentile99 } from "../statistics.ts";
import { startModelServer, type ModelFormat } from "../tasks/model-server.ts";
import type { StreamFigures } from "../tasks/models.ts";

const formats: readonly ModelFormat[] = ["openai-compatible", "openai", "anthropic", "google"];

/** The cost that `@ice/llm` adds to a bare adapter of the same provider, for each token, and the time until an abort reaches the server. */
export const models: Row = { name: "models", measure };

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const tokens = quick ? 10_000 : 100_000;
  const rounds = quick ? 3 : 11;
  const server = await startModelServer(tokens);
  const figures: Record<string, FormatFigures> = {};
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
  const streams = await measureStreams({ quick, processes });
  return {
    tables: [...formatTables(figures), streamTable(streams, quick)],
    verdicts: [...formatVerdicts(figures), ...streamVerdicts(streams)],
    figures: { formats: figures, streams },
  };
}

/** Figures of one format. */
interface FormatFigures {
  readonly bare: readonly number[];
  readonly ice: readonly number[];
  readonly extra: readonly number[];
  readonly hang: number;
  readonly stall: number;
}

const formatTables = (figures: Readonly<Record<string, FormatFigures>>): RowReport["tables"] => [
  {
    head: ["µs of CPU per token", "adapter", "ice", "more"],
    rows: Object.entries(figures).map(([format, { bare, ice, extra }]) => [
      format,
      ...[bare, ice, extra].map((each) => median(each).toFixed(2)),
    ]),
  },
  {
    head: ["an abort is at the server after, 99th percentile", "before headers", "in the middle"],
    rows: Object.entries(figures).map(([format, { hang, stall }]) => [
      format,
      `${hang.toFixed(1)} ms`,
      `${stall.toFixed(1)} ms`,
    ]),
  },
];

const streamTable = (
  { adapter, ice, run }: Record<StreamWay, StreamFigures>,
  quick: boolean,
): RowReport["tables"][number] => ({
  head: [`one answer of ${quick ? "100,000" : "1,000,000"} tokens`, "memory", "seconds", "events"],
  rows: [
    ["the adapter alone", mib(adapter), adapter.seconds.toFixed(1), "–"],
    ["ice", mib(ice), ice.seconds.toFixed(1), "–"],
    ["a run, with a listener that takes 5 ms", mib(run), run.seconds.toFixed(1), `${run.events}`],
  ],
});

const formatVerdicts = (figures: Readonly<Record<string, FormatFigures>>): RowReport["verdicts"] =>
  Object.entries(figures).flatMap(([format, { extra, hang, stall }]) => [
    atMost(`${format}: beyond the adapter`, 1, median(extra), { unit: " µs per token" }),
    atMost(`${format}: abort`, 50, Math.max(hang, stall), { unit: " ms", digits: 1 }),
  ]);

const streamVerdicts = (streams: Record<StreamWay, StreamFigures>): RowReport["verdicts"] =>
  (["ice", "run"] as const).map((way) =>
    atMost(
      `memory of a long answer, ${way === "ice" ? "" : "in a run with a slow listener, "}beyond the adapter`,
      32,
      (streams[way].bytes - streams.adapter.bytes) / 2 ** 20,
      { unit: " MiB", digits: 0 },
    ),
  );

/** The memory of a long answer, and the events of its text, in processes of their own. */
async function measureStreams({
  quick,
  processes,
}: Pick<Thoroughness, "quick" | "processes">): Promise<Record<StreamWay, StreamFigures>> {
  const [short, long] = [await startModelServer(1000), await startModelServer(quick ? 100_000 : 1_000_000)];
  const all = new Map(streamWays.map((way) => [way, [] as StreamFigures[]]));
  for (let process = 0; process < Math.max(processes, quick ? 1 : 5); process += 1)
    for (const [way, figures] of all)
      figures.push(await inChild("stream", { way, short: short.host, long: long.host }, { execArgv: ["--expose-gc"] }));
  short.close();
  long.close();
  const of = (way: StreamWay): StreamFigures => ({
    bytes: median(all.get(way)!.map(({ bytes }) => bytes)),
    seconds: median(all.get(way)!.map(({ seconds }) => seconds)),
    events: median(all.get(way)!.map(({ events }) => events)),
  });
  return { adapter: of("adapter"), ice: of("ice"), run: of("run") };
}

const mib = ({ bytes }: StreamFigures): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

const streamWays = ["adapter", "ice", "run"] as const;
type StreamWay = (typeof streamWays)[number];
