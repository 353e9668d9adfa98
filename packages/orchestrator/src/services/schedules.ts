import {
  IceError,
  type RunHost,
  type Runtime,
  type ScheduleInfo,
  type ScheduleOptions,
  type Schedules,
  type TenantServices,
} from "@ice/core";
import { findStored, isPlainObject, storedWorkflowsOf } from "@ice/core/internal";
import type { Engine } from "../engine/engine.ts";
import { cronTimes, type CronTimes } from "./cron-times.ts";

/** Maximum number of missed times that are caught up on. */
const maxMissed = 100;
/** How long to wait after a time could not be handled, e.g. because the server is busy. */
const retryMs = 1000;

export interface EngineSchedulesOptions {
  readonly engine: Engine;
  readonly host: RunHost;
  readonly runtime: Runtime;
  readonly services: TenantServices;
  /** By name: 1 to 64 letters, digits, `_` and `-`, starting with a letter or digit. */
  readonly schedules: Readonly<Record<string, ScheduleOptions>>;
  /** Called when a time cannot be handled. */
  readonly onProblem: (error: unknown, run: { readonly tenant: string; readonly runId: string }) => void;
}

/** One schedule, and the time that comes next. */
interface Entry {
  readonly name: string;
  readonly options: ScheduleOptions;
  readonly times: CronTimes;
}

/** Starts workflows at their times, as runs of the orchestrator's own tenant. */
export class EngineSchedules implements Schedules {
  readonly #options: EngineSchedulesOptions;
  readonly #entries: readonly Entry[];
  readonly #cancelTimers = new Map<string, () => void>();
  #state: "new" | "open" | "closed" = "new";

  /** @throws IceError `ICE_USAGE` for a schedule that is not valid. */
  constructor(options: EngineSchedulesOptions) {
    this.#options = options;
    this.#entries = Object.entries(options.schedules).map(([name, schedule]) => {
      checkName(name);
      return { name, options: schedule, times: cronTimes(name, schedule) };
    });
  }

  list(): Promise<readonly ScheduleInfo[]> {
    return Promise.all(
      this.#entries.map(async ({ name, options: { cron, timezone = "UTC", workflow }, times }) => {
        const last = await this.#lastRun(name);
        return {
          name,
          tenant: this.#options.engine.store.tenant,
          cron,
          timezone,
          workflow,
          next: times.next(this.#options.engine.now()) ?? null,
          ...(last !== undefined && { last }),
        };
      }),
    );
  }

  async open(): Promise<void> {
    if (this.#state !== "new") return;
    this.#state = "open";
    await Promise.all(this.#entries.map((entry) => this.#catchUp(entry)));
  }

  close(): void {
    this.#state = "closed";
    for (const cancel of this.#cancelTimers.values()) cancel();
    this.#cancelTimers.clear();
  }

  get #store() {
    return this.#options.engine.store.schedules;
  }

  /** Handles the times that no server has handled; of a new schedule there are none. */
  async #catchUp(entry: Entry): Promise<void> {
    const { name, options, times } = entry;
    const now = this.#options.engine.now();
    const last = await this.#store.lastDue(name);
    const { catchUp = "last" } = options;
    const limit = catchUp === "none" ? 0 : catchUp === "last" ? 1 : maxMissed;
    if (last !== undefined && limit > 0)
      for (const due of times.between(last, now, limit))
        if (!(await this.#handle(entry, due))) return this.#later(entry, retryMs, () => this.#catchUp(entry));
    // From now on, its times count; those of a schedule that is known have been handled, or are not made up for.
    if (last === undefined) await this.#store.setLastDue(name, now);
    this.#waitForNext(entry, now);
  }

  /** The run of the last time. None if that has made no run, or the run is deleted. */
  async #lastRun(name: string): Promise<ScheduleInfo["last"]> {
    const at = await this.#store.lastDue(name);
    if (at === undefined) return undefined;
    const runId = runIdOf(name, at);
    try {
      await this.#options.engine.store.summary(runId);
      return { at, runId };
    } catch (error) {
      if (IceError.is(error) && error.code === "ICE_RUN_NOT_FOUND") return undefined;
      throw error;
    }
  }

  #waitForNext(entry: Entry, after: number): void {
    const due = entry.times.next(after);
    if (due === undefined) return;
    this.#later(entry, Math.max(0, due - this.#options.engine.now()), () => this.#onTime(entry, due));
  }

  async #onTime(entry: Entry, due: number): Promise<void> {
    if (!(await this.#handle(entry, due))) return this.#later(entry, retryMs, () => this.#onTime(entry, due));
    this.#waitForNext(entry, due);
  }

  #later({ name }: Entry, ms: number, work: () => Promise<void>): void {
    if (this.#state !== "open") return;
    const cancel = this.#options.engine.setTimer(ms, () => {
      work().catch((error: unknown) => this.#report(error, name));
    });
    this.#cancelTimers.set(name, cancel);
  }

  /** Starts the run of a time. @returns false if that is to be tried again. */
  async #handle({ name, options }: Entry, due: number): Promise<boolean> {
    const runId = runIdOf(name, due);
    try {
      await this.#start(options, runId);
    } catch (error) {
      // Another server was faster, or an earlier process that did not come to note it.
      const isDone = IceError.is(error) && error.code === "ICE_RUN_EXISTS";
      if (IceError.is(error) && error.retryable) return false;
      if (!isDone) this.#report(error, runId);
    }
    await this.#store.setLastDue(name, due);
    return true;
  }

  async #start({ workflow, inputs }: ScheduleOptions, runId: string): Promise<void> {
    const { host, runtime, services } = this.#options;
    const { blueprints, factory, networks } = services;
    const found = runtime.workflows.get(workflow) ?? (await findStored(blueprints, workflow))?.blueprint;
    if (found === undefined)
      throw new IceError("ICE_WORKFLOW_UNKNOWN", `There is no workflow "${workflow}".`, {
        fix: "register it in the configuration, or store it",
      });
    const isRegistered = (ref: string): boolean => runtime.workflows.get(ref) !== undefined;
    const references = { workflows: await storedWorkflowsOf(found, blueprints, isRegistered) };
    const { created } = isNetworkManifest(found)
      ? host.startNetwork(networks.create(found, references), { runId, createdBy: scheduler })
      : host.start(factory.create(found, references), inputs, { runId, createdBy: scheduler });
    await created;
  }

  #report(error: unknown, runId: string): void {
    this.#options.onProblem(error, { tenant: this.#options.engine.store.tenant, runId });
  }
}

/** Who starts the runs of schedules. */
const scheduler = "schedule";

const runIdOf = (name: string, due: number): string => `s-${name}-${Math.floor(due / 1000)}`;

const isNetworkManifest = (blueprint: unknown): boolean =>
  isPlainObject(blueprint) &&
  typeof blueprint["schemaVersion"] === "string" &&
  blueprint["schemaVersion"].startsWith("ice-network/");

function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) return;
  throw new IceError("ICE_USAGE", `"${name.slice(0, 100)}" is not the name of a schedule.`, {
    fix: "use letters, digits, `_` and `-`, at most 64, starting with a letter or digit",
  });
}
