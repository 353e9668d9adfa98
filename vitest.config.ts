import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    projects: ["packages/*"],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts"],
      thresholds: { lines: 90 },
    },
  },
});
