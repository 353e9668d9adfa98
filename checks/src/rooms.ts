/**
 * The folders of a package, the highest first: a file imports from its own folder and from lower ones, never from higher ones.
 * Files outside the folders are above all of them. New folders must be added here.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  core: [
    "plugin",
    "analysis",
    "runtime",
    "agents",
    "tools",
    "blueprint",
    "nodes",
    "services",
    "journal",
    "json-schema",
    "expression",
    "registry",
    "events",
    "result",
    "retry",
    "json",
    "errors",
    "time",
  ],
  orchestrator: [
    "composition",
    "services",
    "network",
    "workflow",
    "nodes",
    "models",
    "engine",
    "run",
    "history",
    "scheduling",
    "plan",
    "journal",
    "channels",
    "tools",
    "time",
  ],
  builder: ["save", "load", "dsl", "graph"],
  cli: ["commands", "run", "files", "config", "output", "args", "terminal", "inputs"],
  host: ["secrets", "egress", "files"],
  llm: ["providers", "mock", "catalog", "prices", "http", "errors", "options"],
  otel: ["spans", "metrics", "conventions"],
  mcp: ["servers", "transports", "results", "pins", "options"],
  sandbox: ["host", "jail", "python", "component", "pool", "source", "cache", "lane", "metering"],
  testing: ["simulation", "run-store", "cassette", "models", "runtime"],
  tools: ["csv", "json", "text", "aggregate", "alerts", "http"],
};

/** The one circle of files that import each other: how a node runs children, which are nodes. All imports are types, except `ScopeRun`. */
export const recursion: readonly string[] = [
  "activation",
  "children-result",
  "outcome",
  "run",
  "scope-names",
  "scope-run",
  "pending-signals",
  "workflow-frame",
].map((name) => `packages/orchestrator/src/run/${name}.ts`);
