// Runtime
export {
  createTestRuntime,
  seededRandom,
  type Start,
  type TestRuntime,
  type TestRuntimeOptions,
} from "./runtime/test-runtime.ts";
// Time
export { createFakeClock, type FakeClock, type FakeClockOptions } from "./runtime/fake-clock.ts";
// Events
export { recordEvents, type EventRecorder } from "./runtime/event-recorder.ts";
// Models, tools and HTTP without a key or a network
export { scriptedModel, type ScriptedModel, type ScriptedModelOptions } from "./models/scripted-model.ts";
export type { ScriptedReply, ScriptedToolCall } from "./models/scripted-reply.ts";
export { cassette, type Cassette, type CassetteOptions } from "./cassette/cassette.ts";
export type { CassetteMode } from "./cassette/tape.ts";
// Servers
export { serveHttp, serveTcp, type LoopbackServer } from "./loopback-server.ts";
// Contract suites
export { describeRunStore, type DescribeRunStoreOptions, type TestRunner } from "./describe-run-store.ts";
export type { RunStoreFixture } from "./run-store/run-store-case.ts";
// Simulation
export { sim, simulate } from "./simulation/simulate.ts";
export { randomScenario } from "./simulation/random-scenario.ts";
export { shrink } from "./simulation/shrink.ts";
export { noFaults, type Crash, type Person, type Scenario, type FaultPlan } from "./simulation/scenario.ts";
export { type Simulation } from "./simulation/simulation-run.ts";
export { type SimulatedOptions, type SimulatedStart } from "./simulation/process.ts";
export { createProcessClock, type ProcessClock } from "./simulation/process-clock.ts";
export { createDisk, type Disk } from "./simulation/disk.ts";
export {
  type CommitOptions,
  type ProcessOptions,
  type StoreCall,
  type StoreFault,
} from "./simulation/process-options.ts";
export { type ProcessStore } from "./simulation/process-store.ts";
