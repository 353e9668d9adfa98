import { defineConfig } from "vitest/config";

/** Tests that take minutes, so not part of `pnpm test`: processes that are killed, and thousands of simulated runs. */
const long = (name: string, include: string) => ({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: { name, include: [include], testTimeout: 600_000 },
});

export default defineConfig({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    projects: [
      "packages/*",
      "checks",
      "bench",
      long("crash", "checks/test/crash/**/*.test.ts"),
      long("durability", "packages/orchestrator/test/durability/**/*.test.ts"),
    ],
    coverage: {
      provider: "v8",
      // Looked for from the root of each project that runs, so the name of no folder above may stand here.
      include: ["**/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "bench/**", "checks/**", "examples/**"],
      // Every package holds the line by itself.
      thresholds: Object.fromEntries(
        ["core", "host", "orchestrator", "sandbox", "sandbox-python", "builder", "tools", "cli", "testing"].map(
          (name) => [`packages/${name}/src/**`, { lines: 90 }],
        ),
      ),
    },
  },
});
