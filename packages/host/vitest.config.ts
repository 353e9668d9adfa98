import { defineProject } from "vitest/config";

export default defineProject({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    name: "host",
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/*.long.test.ts"],
    // Not `isolate: false`, as elsewhere: some files mock modules of Node.
    testTimeout: 30_000,
  },
});
