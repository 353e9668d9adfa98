import { defineProject } from "vitest/config";

export default defineProject({
  resolve: { conditions: ["@ice/source"] },
  ssr: { resolve: { conditions: ["@ice/source"] } },
  test: { name: "crash", include: ["*.test.ts"], testTimeout: 240_000 },
});
