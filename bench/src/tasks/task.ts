/** Measurements that run in a separate process, by name. */
export const tasks = {
  timing: async () => (await import("./timing.ts")).measureTiming,
  peakMemory: async () => (await import("./memory.ts")).measurePeak,
  steadyMemory: async () => (await import("./memory.ts")).measureSteady,
  makespan: async () => (await import("./makespan.ts")).measureMakespan,
  nested: async () => (await import("./nested.ts")).measureNested,
  durable: async () => (await import("./durable.ts")).measureDurable,
  sandbox: async () => (await import("./sandbox.ts")).measureSandbox,
  fuel: async () => (await import("./fuel.ts")).measureFuel,
  guests: async () => (await import("./guests.ts")).measureGuests,
  delay: async () => (await import("./delay.ts")).measureDelay,
  tokens: async () => (await import("./models.ts")).measureTokens,
  aborts: async () => (await import("./models.ts")).measureAborts,
  stream: async () => (await import("./models.ts")).measureStream,
  mcp: async () => (await import("./tools.ts")).measureMcp,
  scrubbing: async () => (await import("./tools.ts")).measureScrubbing,
  toolAborts: async () => (await import("./tools.ts")).measureToolAborts,
  agents: async () => (await import("./agents.ts")).measureAgents,
  waits: async () => (await import("./waits.ts")).measureWaits,
  distributedCommits: async () => (await import("./distributed/commits.ts")).measureCommits,
  distributedResume: async () => (await import("./distributed/resume.ts")).measureResume,
  distributedDelays: async () => (await import("./distributed/delays.ts")).measureDelays,
  distributedTakeOver: async () => (await import("./distributed/take-over.ts")).measureTakeOver,
  distributedLoad: async () => (await import("./distributed/load.ts")).measureLoad,
  service: async () => (await import("./service.ts")).measureService,
  page: async () => (await import("./page.ts")).measurePage,
  validate: async () => (await import("./validate.ts")).measureValidate,
} as const;

export type TaskName = keyof typeof tasks;
type Measure<Name extends TaskName> = Awaited<ReturnType<(typeof tasks)[Name]>>;
export type TaskParameters<Name extends TaskName> = Parameters<Measure<Name>>[0];
export type TaskResult<Name extends TaskName> = Awaited<ReturnType<Measure<Name>>>;
