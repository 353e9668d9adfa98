import { defineProject } from "vitest/config";

export default defineProject({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    name: "cli",
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/*.long.test.ts"],
    // One Postgres for the commands that need it, as the tests of its package start it.
    globalSetup: ["../engine-dbos/test/postgres.ts"],
    isolate: false,
    // Models are loaded by Node itself.
    execArgv: ["--conditions=@ice/source"],
    testTimeout: 30_000,
  },
});
