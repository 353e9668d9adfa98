/** What each package may import: the table of ARCHITECTURE.md in machine-readable form; `turbo.json` expresses the same with tags. */
export const arrows: Readonly<Record<string, readonly string[] | "all">> = {
  "@ice/core": [],
  "@ice/host": ["@ice/core"],
  "@ice/sandbox": ["@ice/core", "@ice/host", "@ice/sandbox-python"],
  "@ice/sandbox-python": [],
  "@ice/orchestrator": ["@ice/core", "@ice/host", "@ice/sandbox"],
  "@ice/builder": ["@ice/core", "@ice/host"],
  "@ice/tools": ["@ice/core", "@ice/host"],
  "@ice/llm": ["@ice/core"],
  "@ice/otel": ["@ice/core"],
  "@ice/mcp": ["@ice/core", "@ice/host"],
  "@ice/engine-dbos": ["@ice/core"],
  "@ice/api": ["@ice/core"],
  "@ice/client": ["@ice/core"],
  "@ice/studio": ["@ice/core", "@ice/client"],
  "@ice/testing": ["@ice/core"],
  "@ice/cli": "all",
};

/** What tests of a package may import in addition. */
export const testArrows: Readonly<Record<string, readonly string[]>> = {
  "@ice/host": ["@ice/testing"],
  "@ice/sandbox": ["@ice/testing"],
  "@ice/orchestrator": ["@ice/testing"],
  "@ice/tools": ["@ice/testing"],
  "@ice/llm": ["@ice/testing"],
  "@ice/mcp": ["@ice/testing"],
  // Workers execute real runs.
  "@ice/engine-dbos": ["@ice/testing", "@ice/orchestrator"],
  // Requests are answered by a real engine.
  "@ice/api": ["@ice/orchestrator"],
  // Requests are answered by a real server.
  "@ice/client": ["@ice/api", "@ice/orchestrator"],
  // The page shows runs of a real server.
  "@ice/studio": ["@ice/api", "@ice/orchestrator"],
  // Spans are those of real runs.
  "@ice/otel": ["@ice/testing", "@ice/orchestrator"],
};

/** Libraries that belong to one place. */
export const homes: Readonly<Record<string, string>> = {
  tsyringe: "packages/orchestrator/src/composition/",
  "reflect-metadata": "packages/orchestrator/src/composition/",
  mitt: "packages/core/src/events/emitter.ts",
  "@opentelemetry/api": "packages/otel/",
  pg: "packages/engine-dbos/",
};
