import { statSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const packages = join(import.meta.dirname, "../packages");

const testTimeoutMs = 5000 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1);

/** Tests of small files first, not last: most changes are noticed by what is fast, and then nothing else runs. */
class SmallestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => statSync(a.moduleId).size - statSync(b.moduleId).size);
  }
}

/**
 * The tests that Stryker may choose from. Stryker runs them in a copy of the repository whose node_modules are links to the
 * original: without the alias the tests of one package would run the unchanged sources of another.
 */
export default defineConfig({
  resolve: {
    conditions: ["@ice/source"],
    alias: [{ find: /^@ice\/([\w-]+)$/, replacement: `${packages}/$1/src/index.ts` }],
  },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    include: ["packages/{core,orchestrator}/{src,test}/**/*.test.ts"],
    exclude: ["**/*.long.test.ts", "packages/orchestrator/test/durability/**"],
    isolate: false,
    sequence: { sequencer: SmallestFirst },
    // A change after which a test waits for ever costs this long, so it is no longer than busy machines need.
    testTimeout: testTimeoutMs,
    hookTimeout: testTimeoutMs,
  },
});
