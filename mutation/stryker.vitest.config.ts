import { join } from "node:path";
import { defineConfig } from "vitest/config";

const packages = join(import.meta.dirname, "../packages");

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
    // A change after which a test waits for ever costs this long, so it is no longer than busy machines need.
    testTimeout: 15_000,
  },
});
