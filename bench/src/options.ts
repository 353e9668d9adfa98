import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Row, Thoroughness } from "./report/row.ts";
import { agents } from "./rows/agents.ts";
import { delay } from "./rows/delay.ts";
import { distributed } from "./rows/distributed.ts";
import { durable } from "./rows/durable.ts";
import { guests } from "./rows/guests.ts";
import { growth } from "./rows/growth.ts";
import { load } from "./rows/load.ts";
import { makespan } from "./rows/makespan.ts";
import { memory } from "./rows/memory.ts";
import { models } from "./rows/models.ts";
import { nested } from "./rows/nested.ts";
import { overhead } from "./rows/overhead.ts";
import { page } from "./rows/page.ts";
import { pairsWith } from "./rows/pairs.ts";
import { sandbox } from "./rows/sandbox.ts";
import { service } from "./rows/service.ts";
import { startUp } from "./rows/start-up.ts";
import { tools } from "./rows/tools.ts";
import { validate } from "./rows/validate.ts";
import { waits } from "./rows/waits.ts";

const rows: readonly Row[] = [
  overhead,
  growth,
  memory,
  makespan,
  nested,
  validate,
  startUp,
  durable,
  distributed,
  sandbox,
  guests,
  delay,
  models,
  agents,
  tools,
  service,
  page,
  waits,
];

/** Rows that take too long for a run of all; they are measured only by name. */
const named: readonly Row[] = [load];

export interface BenchOptions {
  readonly rows: readonly Row[];
  readonly thoroughness: Thoroughness;
  /** Whether the report is written to docs/benchmarks.md. */
  readonly write: boolean;
  /** File for the raw figures. */
  readonly json: string | undefined;
  /** The command line with these options, for the report. */
  readonly command: string;
}

export const usage = `pnpm bench [options]

  --rows a,b      some of: ${rows.map(({ name }) => name).join(", ")} (default: all);
                  and, by name only: ${named.map(({ name }) => name).join(", ")}
  --quick         small sizes and few rounds: to see that everything works, not to quote
  --processes n   processes per figure (default 3; 1 with --quick)
  --minutes n     length of the row load (default 30)
  --write         puts the report into docs/benchmarks.md
  --against dir   another checkout of ice, its bench installed too: only the cost per node, in pairs with it
  --json file     writes the raw figures of every round
`;

/** @throws Error for an unknown option or row. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: "string" },
      quick: { type: "boolean", default: false },
      processes: { type: "string" },
      minutes: { type: "string" },
      write: { type: "boolean", default: false },
      json: { type: "string" },
      against: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { quick, write, json, against } = values;
  const processes = Number(values.processes ?? (quick ? 1 : 3));
  if (!Number.isInteger(processes) || processes < 1) throw new Error("--processes takes a number from 1");
  const minutes = Number(values.minutes ?? (quick ? 0.5 : 30));
  if (!(minutes > 0 && minutes <= 1440)) throw new Error("--minutes takes a number up to 1440");
  return {
    rows: against !== undefined ? [pairsWith(resolve(against))] : namedRows(values.rows),
    thoroughness: {
      quick,
      processes,
      minutes,
      effort: quick ? { rounds: 5, roundMs: 20, warmUpMs: 200 } : { rounds: 7, roundMs: 100, warmUpMs: 1000 },
    },
    write,
    json,
    command: commandOf(values),
  };
}

const namedRows = (names: string | undefined): readonly Row[] =>
  names === undefined ? rows : names.split(",").map(requireRow);

/** The options that affect the measurement, without the destination of the report. */
function commandOf({
  rows: names,
  quick,
  processes,
  minutes,
  against,
}: {
  rows?: string;
  quick: boolean;
  processes?: string;
  minutes?: string;
  against?: string;
}): string {
  const parts = ["pnpm bench"];
  if (names !== undefined) parts.push(`--rows ${names}`);
  if (against !== undefined) parts.push("--against <another checkout>");
  if (quick) parts.push("--quick");
  if (processes !== undefined) parts.push(`--processes ${processes}`);
  if (minutes !== undefined) parts.push(`--minutes ${minutes}`);
  return parts.join(" ");
}

function requireRow(name: string): Row {
  const all = [...rows, ...named];
  const row = all.find((candidate) => candidate.name === name);
  if (row === undefined)
    throw new Error(`there is no row "${name}"; there are: ${all.map((each) => each.name).join(", ")}`);
  return row;
}
