import { defineProject } from "vitest/config";

export default defineProject({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: {
    name: "checks",
    include: ["test/**/*.test.ts"],
    exclude: ["**/*.long.test.ts", "test/crash/**"],
    isolate: false,
    testTimeout: 60_000,
  },
});
