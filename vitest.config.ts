import { readdirSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { SkippedTests } from "./checks/src/skipped-tests.ts";

/** Tests that take long: not part of `pnpm test`, but of `pnpm test:long` and `.ci/run`. */
const long = (name: string, include: string[], maxConcurrency = 5, globalSetup: string[] = []) => ({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    name,
    include,
    testTimeout: 600_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    maxConcurrency,
    globalSetup,
    // Models are loaded by Node itself.
    execArgv: ["--conditions=@ice/source"],
  },
});

/**
 * A file for the outcome and the coverage of this run. Several such files are merged by `vitest run --merge-reports=FOLDER
 * --coverage`, which then checks the thresholds: so no test runs twice.
 */
const blob = process.env["ICE_TEST_BLOB"];

const blobReporter: ["blob", { outputFile: string }][] = blob === undefined ? [] : [["blob", { outputFile: blob }]];

/** Every package holds the line by itself. */
const thresholds = Object.fromEntries(
  readdirSync(new URL("packages", import.meta.url)).map((name) => [`packages/${name}/src/**`, { lines: 90 }]),
);

/**
 * What Node compiled for a process that a test starts is there for the next. The modules of tests are none of Node's, so what
 * their coverage says stays exact.
 */
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "node-compile-cache");

export default defineConfig({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    reporters: ["default", new SkippedTests(), ...blobReporter],
    projects: [
      "packages/*",
      "checks",
      "bench",
      "mutation",
      // Some of them need Postgres.
      long("long", ["packages/*/{src,test}/**/*.long.test.ts", "checks/test/**/*.long.test.ts"], 5, [
        "packages/engine-dbos/test/postgres.ts",
      ]),
      // Their work is done by processes that they start, one or two at a time.
      long("crash", ["checks/test/crash/**/*.test.ts"], Math.max(2, availableParallelism())),
      long("durability", ["packages/{engine-dbos,orchestrator}/test/durability/**/*.test.ts"]),
    ],
    coverage: {
      enabled: blob !== undefined,
      provider: "v8",
      // Looked for from the root of each project that runs, so the name of no folder above may stand here.
      include: ["**/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "bench/**", "checks/**", "examples/**", "mutation/**"],
      // A part of the tests is no measure: what stands in blobs is reported when they are merged.
      ...(blob === undefined ? { thresholds } : { reporter: [] }),
    },
  },
});
