import { inChild } from "../in-child.ts";
import { openPostgres, type BenchPostgres } from "../postgres.ts";
import { atLeast, atMost, type Row, type RowReport, type Thoroughness, type Verdict } from "../report/row.ts";
import type { Table } from "../report/table.ts";
import { median, percentile, percentile99 } from "../statistics.ts";
import type { CommitFigures } from "../tasks/distributed/commits.ts";
import type { DelayFigures } from "../tasks/distributed/delays.ts";

/** Runs in Postgres, and workers. */
export const distributed: Row = { name: "distributed", measure };

const leaseMs = 3000;
/** How often a worker asks a queue. */
const pollMs = 200;

async function measure({ quick }: Thoroughness): Promise<RowReport> {
  const postgres = await openPostgres();
  try {
    return await measureOn(postgres, quick);
  } finally {
    await postgres.close();
  }
}

async function measureOn(postgres: BenchPostgres, quick: boolean): Promise<RowReport> {
  const rounds = quick ? 1 : 5;
  const resumed = quick ? 1000 : 10_000;
  const url = (): string => postgres.newUrl();
  const commits = await inChild("distributedCommits", { url: url(), rounds, scale: quick ? 0.2 : 1 });
  const resume = await inChild("distributedResume", { url: url(), nodes: resumed, rounds });
  const sizes = quick ? { runs: 20, backlog: 300 } : { runs: 100, backlog: 13_500 };
  const delays = await inChild("distributedDelays", { url: url(), rounds, ...sizes });
  const takeOver = await inChild("distributedTakeOver", { url: url(), rounds, leaseMs });
  return {
    tables: [tableOfCommits(commits), tableOfDelays(delays, { resume, takeOver, resumed })],
    verdicts: [
      ...verdictsOfCommits(commits),
      atMost(`resume of ${resumed.toLocaleString("en")} nodes`, 1500, median(resume), { unit: " ms", digits: 0 }),
      ...verdictsOfDelays(delays),
      atMost("take-over with a lease of 3 s, the slowest", leaseMs + 2000, Math.max(...takeOver), {
        unit: " ms",
        digits: 0,
      }),
    ],
    figures: { commits, resume, delays, takeOver },
  };
}

const rateOf = ({ rounds }: CommitFigures): readonly number[] => rounds.map(({ nodes, ms }) => (nodes * 1000) / ms);

/** Nodes per second of one way, as a multiple of another one in the same round. */
const ratio = (of: CommitFigures, to: CommitFigures): number =>
  median(rateOf(of).map((rate, round) => rate / rateOf(to)[round]!));

function perNode({ rounds }: CommitFigures, what: "statements" | "bytes"): number | undefined {
  const sum = (of: (round: (typeof rounds)[number]) => number): number =>
    rounds.reduce((total, round) => total + of(round), 0);
  if (rounds.some((round) => round[what] === undefined)) return undefined;
  return sum((round) => round[what]!) / sum(({ nodes }) => nodes);
}

function tableOfCommits(commits: readonly CommitFigures[]): Table {
  const [raw] = commits;
  return {
    head: ["a node that does nothing, `fsync` on", "nodes/s", "× raw insert", "statements", "bytes"],
    rows: commits.map((one) => [
      one.name,
      median(rateOf(one)).toFixed(0),
      ratio(one, raw!).toFixed(2),
      perNode(one, "statements")?.toFixed(2) ?? "–",
      perNode(one, "bytes")!.toFixed(0),
    ]),
  };
}

function verdictsOfCommits(commits: readonly CommitFigures[]): readonly Verdict[] {
  const of = (name: string): CommitFigures => commits.find((one) => one.name === name)!;
  const [raw, children] = [of("raw insert, 1 connection"), of("DBOS child workflow, 50 at once")];
  const [chain, wide] = [of("ice, a chain"), of("ice, width 50")];
  const statements = perNode(wide, "statements");
  return [
    atLeast("a chain, against raw inserts", 0.5, ratio(chain, raw), { unit: "×", digits: 2 }),
    atLeast("width 50, against DBOS child workflows", 20, ratio(wide, children), { unit: "×" }),
    atMost("width 50: on disk", 450, perNode(wide, "bytes")!, { unit: " bytes per node", digits: 0 }),
    ...(statements === undefined ? [] : [atMost("width 50: statements per node", 0.05, statements, { digits: 3 })]),
  ];
}

type Shown = (rounds: readonly (readonly number[])[]) => number;
/** Of each round, and of these the median. */
const ofRounds =
  (of: (values: readonly number[]) => number): Shown =>
  (rounds) =>
    median(rounds.map(of));
const [p50, p99] = [ofRounds((values) => percentile(values, 0.5)), ofRounds(percentile99)];

function tableOfDelays(
  { start, startBeside, leftOfBacklog, placed, cancel }: DelayFigures,
  more: { readonly resume: readonly number[]; readonly takeOver: readonly number[]; readonly resumed: number },
): Table {
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const row = (what: string, rounds: readonly (readonly number[])[]): string[] => [
    what,
    ms(p50(rounds)),
    ms(p99(rounds)),
  ];
  const single = (what: string, values: readonly number[]): string[] => [
    what,
    ms(median(values)),
    `${ms(Math.max(...values))}, the slowest`,
  ];
  const waiting = leftOfBacklog.toLocaleString("en");
  return {
    head: ["workers are processes", "median", "99th percentile"],
    rows: [
      row("a detached run, until its first node begins", start),
      row(`the same beside a tenant with more than ${waiting} waiting runs`, startBeside),
      row("a node on another worker, one after the other", placed),
      row("a cancel, until the tool in a worker is aborted", cancel),
      single(`a resume of ${more.resumed.toLocaleString("en")} nodes, to the first new one`, more.resume),
      single("a worker is killed, until another one goes on; lease 3 s", more.takeOver),
    ],
  };
}

function verdictsOfDelays({ start, startBeside, placed, cancel }: DelayFigures): readonly Verdict[] {
  const besides = median(startBeside.map((values, round) => percentile99(values) / percentile99(start[round]!)));
  return [
    atMost("start of a detached run, 99th percentile", 2 * pollMs, p99(start), { unit: " ms", digits: 0 }),
    atMost("the same beside a large tenant, against alone", 2, besides, { unit: "×" }),
    atMost("a node on another worker, median", 300, p50(placed), { unit: " ms", digits: 0 }),
    atMost("a cancel, 99th percentile", 200, p99(cancel), { unit: " ms", digits: 0 }),
  ];
}
