import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildPackages } from "../build-packages.ts";
import { inChild } from "../in-child.ts";
import { atLeast, atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { FuelFigures } from "../tasks/fuel.ts";
import type { SandboxFigures, SandboxWay } from "../tasks/sandbox.ts";

const firstExecution = join(import.meta.dirname, "../first-execution.js");

/** The cost of untrusted code, compared with other ways to run it. */
export const sandbox: Row = { name: "sandbox", measure };

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const rounds = quick ? 3 : 9;
  const runs: SandboxFigures[] = [];
  for (let process = 0; process < processes; process += 1) runs.push(await inChild("sandbox", { rounds }));
  const fuels: FuelFigures[][] = [];
  for (let process = 0; process < processes; process += 1) fuels.push(await inChild("fuel", { rounds }));
  const first = firstExecutions(quick ? 5 : 15);

  const ms = (way: SandboxWay): number => median(runs.flatMap((run) => run.ms[way]));
  const peer = "quickjs-emscripten, fresh context";
  /** The alternatives take turns, so rounds can be compared one by one. */
  const against = median(runs.flatMap((run) => run.ms.pool.map((value, round) => value / run.ms[peer][round]!)));
  const programs = fuels[0]!.map(({ program }) => {
    const same = fuels.map((figures) => figures.find((each) => each.program === program)!);
    return {
      program,
      overhead: (median(same.flatMap(({ ratios }) => ratios)) - 1) * 100,
      nsPerUnit: median(same.flatMap(({ nsPerUnit }) => nsPerUnit)),
    };
  });
  const perSecond = median(runs.flatMap((run) => run.perSecond));
  return {
    tables: [
      {
        head: ["one execution of `return input.a + input.b`", "ms"],
        rows: (Object.keys(names) as SandboxWay[])
          .toSorted((a, b) => ms(a) - ms(b))
          .map((way) => [names[way], ms(way).toFixed(3)]),
      },
      {
        head: ["counting fuel, on code that", "costs", "a unit lasts"],
        rows: programs.map(({ program, overhead, nsPerUnit }) => [
          program,
          `${overhead.toFixed(1)} %`,
          `${nsPerUnit.toFixed(1)} ns`,
        ]),
      },
    ],
    verdicts: [
      atMost("an instance, restored", 0.15, ms("lane"), { unit: " ms" }),
      atMost("through the pool", 0.4, ms("pool"), { unit: " ms" }),
      atMost("an instance, against quickjs-emscripten with a fresh context", 1, ms("lane") / ms(peer), { unit: "×" }),
      atMost("through the pool, against the same", 1, against, { unit: "×" }),
      atLeast("executions per second of processor time", 5000, median(runs.flatMap((run) => run.perCpuSecond))),
      atMost("first execution of a process, built", 150, median(first), { unit: " ms", digits: 0 }),
      atMost("counting fuel, median of the programs", 15, median(programs.map(({ overhead }) => overhead)), {
        unit: " %",
        digits: 1,
      }),
      atMost("per execution that waits", 2.5, median(runs.map((run) => run.bytesPerLane)) / 2 ** 20, { unit: " MiB" }),
    ],
    figures: { runs, fuels, first, perSecond },
  };
}

const names: Record<SandboxWay, string> = {
  lane: "an instance of ice, restored",
  pool: "ice, through its pool of threads",
  "quickjs-emscripten, fresh context": "quickjs-emscripten, fresh context",
  "quickjs-emscripten, fresh module": "quickjs-emscripten, fresh module",
  "isolated-vm, fresh isolate": "isolated-vm, fresh isolate",
  "node:vm, fresh context": "`node:vm`, fresh context: not a sandbox",
  "worker thread, fresh": "worker thread, fresh",
};

/** Milliseconds, each in a separate process. */
function firstExecutions(times: number): number[] {
  buildPackages();
  const measured: number[] = [];
  for (let time = 0; time <= times; time += 1) {
    const { stdout, stderr } = spawnSync(process.execPath, [firstExecution], { encoding: "utf8" });
    const ms = Number.parseFloat(stdout);
    if (!Number.isFinite(ms)) throw new Error(`the first execution failed: ${stdout}${stderr}`);
    if (time > 0) measured.push(ms); // files are read from disk for the first time
  }
  return measured;
}
