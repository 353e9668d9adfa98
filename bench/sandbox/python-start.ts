/**
 * The times of Python: the first execution in a new process, with and without the cache of an earlier process, and those after
 * it, one by one. `node bench/sandbox/python-start.ts`, after `pnpm build`. Medians of 5 processes each, alternating.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const entry = new URL("../../packages/sandbox/dist/index.js", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "ice-bench-"));
const programs = {
  "return input['a'] + input['b']": 200,
  "return [tools.call('echo', {'n': n}) for n in range(10)]": 50,
  "def f(n): return n if n < 2 else f(n - 1) + f(n - 2)\nreturn f(20)": 20,
};

interface Measured {
  /** Milliseconds of the first execution. */
  readonly first: number;
  /** Median milliseconds of each program. */
  readonly programs: readonly number[];
}

function measure(cache: string): Measured {
  const code = `
    import { createCodeSandbox } from ${JSON.stringify(entry)};
    const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
    const sandbox = createCodeSandbox({ cache: ${JSON.stringify(cache)}, workers: 1 });
    const run = async (source) => {
      const started = performance.now();
      const more = { input: { a: 2, b: 3 }, grants: { tools: ["echo"] }, callTool: async (_name, args) => args };
      const result = await sandbox.run({ language: "python", source, ...more });
      if (!result.ok) throw new Error(result.error.message);
      return performance.now() - started;
    };
    const first = await run("return 1");
    const programs = [];
    for (const [source, times] of ${JSON.stringify(Object.entries(programs))}) {
      const spent = [];
      for (let time = 0; time < times; time += 1) spent.push(await run(source));
      programs.push(median(spent));
    }
    console.log(JSON.stringify({ first, programs }));
    await sandbox.close();`;
  const flags = ["--no-warnings", "--input-type=module", "--eval", code];
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: "utf8" })) as Measured;
}

const median = (values: readonly number[]): string => values.toSorted((a, b) => a - b)[values.length >> 1]!.toFixed(1);
measure(join(folder, "kept"));
const rounds = Array.from({ length: 5 }, (_, round) => ({
  without: measure(join(folder, String(round))),
  kept: measure(join(folder, "kept")),
}));
console.log(`first execution, nothing kept: ${median(rounds.map(({ without }) => without.first))} ms`);
console.log(`first execution, kept: ${median(rounds.map(({ kept }) => kept.first))} ms`);
for (const [index, source] of Object.keys(programs).entries())
  console.log(`${JSON.stringify(source)}: ${median(rounds.map(({ kept }) => kept.programs[index]))} ms`);
rmSync(folder, { recursive: true });
