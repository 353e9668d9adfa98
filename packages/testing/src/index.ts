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
