import { defineProject } from "vitest/config";

// The tests of the script itself. What Stryker runs is in stryker.vitest.config.ts.
export default defineProject({ test: { name: "mutation", include: ["src/**/*.test.ts"] } });
