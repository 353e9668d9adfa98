import { defineProject } from "vitest/config";

// Only what needs none of the installed engines is tested here, so that the tests of the repository need not install them.
export default defineProject({ test: { name: "bench", include: ["src/**/*.test.ts"] } });
