import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildPackages } from "../build-packages.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";

const root = join(import.meta.dirname, "../../..");
const firstRun = join(import.meta.dirname, "../first-run.js");
const fromSources = "--conditions=@ice/source";

/** Whole processes by task; each prints the memory it used, except those that only print a version. */
const programs = {
  "node, doing nothing": ["--eval", "console.log(process.resourceUsage().maxRSS)"],
  "first run, built": [firstRun],
  "first run, from sources": [fromSources, firstRun],
  "ice --version, built": [join(root, "packages/cli/dist/main.js"), "--version"],
  "ice --version, from sources": [fromSources, join(root, "packages/cli/src/main.ts"), "--version"],
} as const;
type Program = keyof typeof programs;
const names = Object.keys(programs) as Program[];

/** Time and memory of a process that loads ice. */
export const startUp: Row = { name: "start-up", measure };

async function measure({ quick }: Thoroughness): Promise<RowReport> {
  buildPackages();
  const figures = Object.fromEntries(names.map((name) => [name, { ms: [], mb: [] }])) as unknown as Figures;
  for (let round = 0; round <= (quick ? 5 : 15); round += 1)
    for (const name of names) {
      const started = performance.now();
      const { status, stdout, stderr } = spawnSync(process.execPath, programs[name], { encoding: "utf8" });
      const ms = performance.now() - started;
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
      if (round === 0) continue; // files are read from disk for the first time
      figures[name].ms.push(ms);
      if (!name.includes("--version")) figures[name].mb.push(Number(stdout) / 1024);
    }
  const ms = (name: Program): number => median(figures[name].ms);
  const mb = (name: Program): number => median(figures[name].mb);
  return {
    tables: [
      {
        head: ["a whole process", "time", "memory"],
        rows: names.map((name) => [
          name,
          `${ms(name).toFixed(0)} ms`,
          figures[name].mb.length === 0 ? "–" : `${mb(name).toFixed(0)} MB`,
        ]),
      },
    ],
    verdicts: [
      atMost("first run, built: against node, doing nothing", 4, ms("first run, built") / ms("node, doing nothing"), {
        unit: "×",
      }),
      atMost("first run, built: memory above it", 30, mb("first run, built") - mb("node, doing nothing"), {
        unit: " MB",
        digits: 0,
      }),
      atMost("first run, built: time", 120, ms("first run, built"), { unit: " ms", digits: 0 }),
      atMost("first run, built: memory", 75, mb("first run, built"), { unit: " MB", digits: 0 }),
      atMost("ice --version, built: time", 150, ms("ice --version, built"), { unit: " ms", digits: 0 }),
    ],
    figures,
  };
}

type Figures = Record<Program, { readonly ms: number[]; readonly mb: number[] }>;
