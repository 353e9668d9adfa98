// Runtime
export {
  createTestRuntime,
  seededRandom,
  type Start,
  type TestRuntime,
  type TestRuntimeOptions,
} from "./test-runtime.ts";
// Time
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
// Events
export { recordEvents, type EventRecorder } from "./event-recorder.ts";
// Contract suites
export { describeRunStore, type DescribeRunStoreOptions, type TestRunner } from "./describe-run-store.ts";
export type { RunStoreFixture } from "./run-store/run-store-case.ts";
