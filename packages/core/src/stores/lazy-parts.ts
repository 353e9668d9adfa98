import type { BlueprintStore } from "../journal/blueprint-store.ts";
import type { RunDispatcher } from "../journal/run-dispatcher.ts";
import { requireDispatcher } from "../journal/require-dispatcher.ts";
import type { RunStore } from "../journal/run-store.ts";
import type { ScheduleStore } from "../journal/schedule-store.ts";
import type { TokenStore } from "../journal/token-store.ts";

/** The blueprints of a store that is opened when they are first used. */
export const lazyBlueprints = (open: () => Promise<RunStore>): BlueprintStore => ({
  list: async (query) => (await open()).blueprints.list(query),
  get: async (name, options) => (await open()).blueprints.get(name, options),
  revisions: async (name, query) => (await open()).blueprints.revisions(name, query),
  put: async (blueprint, options) => (await open()).blueprints.put(blueprint, options),
  delete: async (name, options) => (await open()).blueprints.delete(name, options),
});

/** The access tokens of a store that is opened when they are first used. */
export const lazyTokens = (open: () => Promise<RunStore>): TokenStore => ({
  insert: async (token) => (await open()).tokens.insert(token),
  get: async (id) => (await open()).tokens.get(id),
  list: async () => (await open()).tokens.list(),
  delete: async (id) => (await open()).tokens.delete(id),
});

/** What is kept of schedules in a store that is opened when it is first used. */
export const lazySchedules = (open: () => Promise<RunStore>): ScheduleStore => ({
  lastDue: async (name) => (await open()).schedules.lastDue(name),
  setLastDue: async (name, at) => (await open()).schedules.setLastDue(name, at),
});

/** The dispatcher of a store that is opened when it is first used. @param present - the store, once it is open. */
export const lazyDispatcher = (open: () => Promise<RunStore>, present: () => RunStore | undefined): RunDispatcher => ({
  enqueue: async (run, options) => requireDispatcher(await open()).enqueue(run, options),
  handOn: async (runId, options) => requireDispatcher(await open()).handOn(runId, options),
  executes: (requires) => present()?.dispatcher?.executes(requires) ?? requires.length === 0,
  place: async (job, signal, listener) => requireDispatcher(await open()).place(job, signal, listener),
  workersOf: async (runId, attempts) => requireDispatcher(await open()).workersOf(runId, attempts),
});
