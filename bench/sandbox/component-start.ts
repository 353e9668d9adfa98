/**
 * The time of the first execution of a component in a new process, with and without the cache of an earlier process:
 * `node bench/sandbox/component-start.ts`, after `pnpm build`. Medians of 5 processes each, alternating.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const components = join(import.meta.dirname, "../../packages/sandbox/test/components");
const entry = new URL("../../packages/sandbox/dist/index.js", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "ice-bench-"));

/** Milliseconds from the creation of the sandbox to the result of the first execution, and of the second. */
function measure(name: string, cache: string): [first: number, second: number] {
  const code = `
    import { createCodeSandbox } from ${JSON.stringify(entry)};
    const component = ${JSON.stringify(join(components, name))};
    const started = performance.now();
    const sandbox = createCodeSandbox({ components: [component], cache: ${JSON.stringify(cache)} });
    const run = async () => {
      const result = await sandbox.run({ language: "component", component, input: { numbers: [1] } });
      if (!result.ok) throw new Error(result.error.message);
    };
    await run();
    const first = performance.now();
    await run();
    console.log(JSON.stringify([first - started, performance.now() - first]));
    await sandbox.close();`;
  const flags = ["--no-warnings", "--input-type=module", "--eval", code];
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: "utf8" })) as [number, number];
}

const median = (values: readonly number[]): string => values.toSorted((a, b) => a - b)[values.length >> 1]!.toFixed(1);
for (const name of ["statistics.wasm", "program.wasm"]) {
  measure(name, join(folder, "kept"));
  const rounds = Array.from({ length: 5 }, (_, round) => ({
    without: measure(name, join(folder, `${name}-${round}`)),
    kept: measure(name, join(folder, "kept")),
  }));
  console.log(
    `${name}: first ${median(rounds.map(({ without }) => without[0]))} ms, kept ${median(rounds.map(({ kept }) => kept[0]))} ms,`,
    `second ${median(rounds.map(({ kept }) => kept[1]))} ms`,
  );
}
rmSync(folder, { recursive: true });
