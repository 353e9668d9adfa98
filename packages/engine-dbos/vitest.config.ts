import { defineProject } from "vitest/config";

export default defineProject({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    name: "engine-dbos",
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/*.long.test.ts", "test/durability/**"],
    isolate: false,
    globalSetup: ["test/postgres.ts"],
    testTimeout: 60_000,
    // They wait more than they work.
    maxConcurrency: 10,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
