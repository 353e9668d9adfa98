import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { areas, type Area } from "./areas.ts";
import { isTooLow, lowestScore, replaceRow, rowOf, tallyOf, type StrykerReport, type Tally } from "./report.ts";

const usage = `pnpm mutation [options]

  --areas a,b       some of: ${areas.map(({ name }) => name).join(", ")} (default: all)
  --concurrency n   mutants that are tried at a time (default 2)
  --incremental     tries only what changed since the last run; not for quoting
  --write           puts the scores into docs/mutation.md

Ends with 1 when the tests of an area notice less than ${lowestScore} % of the changes.`;

const root = join(import.meta.dirname, "../..");
const reports = join(root, "mutation/reports");

const { values: options } = parseArgs({
  options: {
    areas: { type: "string" },
    concurrency: { type: "string", default: "2" },
    incremental: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) console.log(usage);
else {
  mkdirSync(reports, { recursive: true });
  const rows: string[] = [];
  for (const area of options.areas === undefined ? areas : options.areas.split(",").map(requireArea)) {
    const tally = measure(area);
    if (tally === undefined || isTooLow(tally)) process.exitCode = 1;
    rows.push(tally === undefined ? `| ${area.name} | Stryker failed |` : rowOf(area.name, tally, today()));
    if (options.write && tally !== undefined) {
      const document = join(root, "docs/mutation.md");
      writeFileSync(document, replaceRow(readFileSync(document, "utf8"), area.name, rows.at(-1)!));
    }
  }
  console.log(
    `\n| area | mutants | killed | timed out | survived | not covered | score | measured |\n${rows.join("\n")}`,
  );
  if (process.exitCode === 1) console.log(`\nAt least ${lowestScore} % are asked of every area.`);
}

/** Runs Stryker; undefined when it failed, for example because a test fails without any change. */
function measure(area: Area): Tally | undefined {
  const json = join(reports, `${area.name}.json`);
  const config = join(reports, `${area.name}.config.json`);
  writeFileSync(config, JSON.stringify(configOf(area, json), undefined, 2));
  const stryker = join(root, "mutation/node_modules/.bin/stryker");
  const { status } = spawnSync(stryker, ["run", config], { cwd: root, stdio: "inherit" });
  return status === 0 ? tallyOf(JSON.parse(readFileSync(json, "utf8")) as StrykerReport) : undefined;
}

function configOf(area: Area, json: string): object {
  return {
    testRunner: "vitest",
    plugins: [import.meta.resolve("@stryker-mutator/vitest-runner")],
    // Some tests change the user of their process, which a thread cannot.
    vitest: { configFile: "mutation/stryker.vitest.config.ts", pool: "forks" },
    mutate: [...area.sources, "!**/*.test.ts"],
    testFiles: area.tests,
    coverageAnalysis: "perTest",
    ignoreStatic: true,
    concurrency: Number(options.concurrency),
    incremental: options.incremental,
    incrementalFile: join(reports, `${area.name}.incremental.json`),
    // Only what the tests read is copied.
    ignorePatterns: ["bench", "docs", "examples", "mutation/reports"],
    tempDirName: "mutation/.stryker-tmp",
    // Stryker would rewrite tsconfig.json with an interface of the compiler that TypeScript 7 does not have. Nothing here needs it.
    tsconfigFile: "none",
    timeoutMS: 10_000 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1),
    reporters: ["clear-text", "progress-append-only", "json"],
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: json },
  };
}

function requireArea(name: string): Area {
  const area = areas.find((candidate) => candidate.name === name);
  if (area === undefined)
    throw new Error(`there is no area "${name}"; there are: ${areas.map((each) => each.name).join(", ")}`);
  return area;
}

function today(): string {
  const { stdout } = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" });
  return `${new Date().toISOString().slice(0, 10)}, ${stdout.trim()}`;
}
