import { defineConfig } from "vitest/config";

/** Processes that are killed: half a minute and more, so not part of `pnpm test`. */
const crash = {
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: { name: "crash", include: ["checks/test/crash/**/*.test.ts"], testTimeout: 240_000 },
};

export default defineConfig({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    projects: ["packages/*", "checks", crash],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts"],
      // Every package holds the line by itself.
      thresholds: Object.fromEntries(
        ["core", "orchestrator", "builder", "tools", "cli", "testing"].map((name) => [
          `packages/${name}/src/**`,
          { lines: 90 },
        ]),
      ),
    },
  },
});
