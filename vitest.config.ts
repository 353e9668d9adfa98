import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    projects: ["packages/*", "checks"],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts"],
      // Every package holds the line by itself.
      thresholds: Object.fromEntries(
        ["core", "orchestrator", "sandbox", "builder", "tools", "cli", "testing"].map((name) => [
          `packages/${name}/src/**`,
          { lines: 90 },
        ]),
      ),
    },
  },
});
