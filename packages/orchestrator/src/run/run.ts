import {
  IceError,
  SecretService,
  type Clock,
  type JournalRecord,
  type JournalRecordOf,
  type JsonObject,
  type RunEventMap,
  type RunEventType,
  type RunJournal,
  type RunStore,
  type Runtime,
  type Signal,
  type SkipReason,
} from "@ice/core";
import { deepFreeze } from "@ice/core/internal";
import type { RunHistory } from "../history/history.ts";
import { StepLog } from "../history/step-log.ts";
import type { Pace } from "../scheduling/pace.ts";
import { StepTime } from "../scheduling/step-time.ts";
import type { Activation } from "./activation.ts";
import { Activity } from "./activity.ts";
import type { Bounds } from "./bounds.ts";
import { Metrics } from "./metrics.ts";
import { NamedSignals } from "./named-signals.ts";
import { NodeRecords } from "./node-records.ts";
import { nodeRecordOf, sendOutcome, withExtras, type Outcome } from "./outcome.ts";
import { PendingSignals } from "./pending-signals.ts";
import type { ChildRuns, Release, RunContext } from "./run-context.ts";
import { Reentry } from "./reentry.ts";
import { RequestLog } from "./request-log.ts";
import { Reservations } from "./reservations.ts";
import { RunEvents, type EventSubject } from "./run-events.ts";
import { RunMemory } from "./run-memory.ts";
import type { ScopeRun } from "./scope-run.ts";
import { scrubbedData } from "./scrub.ts";
import { Suspension } from "./suspension.ts";
import { Timers } from "./timers.ts";

/** One run: its identity and its records. Nothing here is shared with other runs. */
export class Run {
  readonly id: string;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly time: StepTime;
  readonly bounds: Bounds;
  readonly random: () => number;
  readonly secrets: SecretService;
  readonly store: RunStore;
  readonly startedAt: number;
  readonly history: RunHistory | undefined;
  /** What earlier processes have begun; undefined if there were none. */
  readonly reentry: Reentry | undefined;
  /** Whether anything was stopped, so that scopes have to look what they may still start. */
  hasStopped = false;
  readonly waitForSignals: boolean;
  /** Whether nodes may take outputs of earlier runs. */
  readonly usesCache: boolean;
  /** The value of `run` in expressions. */
  readonly view: JsonObject;
  readonly metrics = new Metrics();
  readonly activity = new Activity();
  readonly signals: PendingSignals;
  readonly requests: RequestLog;
  readonly suspension: Suspension;
  readonly events: RunEvents;
  readonly children: ChildRuns;
  readonly depth: number;
  /** Whether a host continues it, and the runs that it starts. */
  readonly hosted: boolean;
  readonly detach: RunContext["detach"];
  readonly keys: RunContext["keys"];
  readonly nodes = new NodeRecords();
  readonly steps: StepLog;
  readonly reservations = new Reservations();
  /** Scopes in progress. Not by prefix, because the branches of a node have the same one. */
  readonly scopes = new Set<ScopeRun>();
  /** Called after the end of each node. */
  readonly observers = new Set<() => void>();
  /** Alerts that are being delivered; each settles within its time limit and never rejects. The run ends after them. */
  readonly deliveries = new Set<Promise<void>>();
  readonly memory: RunMemory;
  /** Settles when this process releases the run before its end. */
  readonly whenReleased: Promise<Release>;
  /** Nothing starts any more. */
  paused = false;
  readonly #setReleased: (release: Release) => void;
  readonly #earlierSignals: readonly Signal[];
  #named: NamedSignals | undefined;
  #released = false;
  readonly #journal: RunJournal;
  readonly #timers: Timers;
  readonly #since: number;

  constructor({ id, runtime, clock, pace, bounds, random, onEvent, store, journal, history, ...rest }: RunContext) {
    this.id = id;
    this.runtime = runtime;
    this.clock = clock;
    this.pace = pace;
    this.time = new StepTime(clock);
    this.bounds = bounds;
    this.#timers = new Timers(clock);
    this.random = random;
    this.secrets = runtime.use(SecretService);
    this.store = store;
    this.#journal = journal;
    this.startedAt = rest.startedAt;
    this.#since = clock.now();
    this.history = history;
    this.reentry = history && new Reentry(history, this.activity);
    this.steps = history?.steps ?? new StepLog();
    this.memory = new RunMemory(history);
    this.waitForSignals = rest.waitForSignals ?? false;
    this.usesCache = rest.usesCache ?? true;
    this.view = Object.freeze({ id, startedAt: this.startedAt });
    this.events = new RunEvents({ ...rest, journal, tenant: store.tenant, clock, bus: runtime.events, onEvent });
    this.children = rest.children ?? new Map();
    ({ promise: this.whenReleased, resolve: this.#setReleased } = Promise.withResolvers<Release>());
    this.requests = new RequestLog(this);
    this.#earlierSignals = rest.signals ?? [];
    this.signals = new PendingSignals(this, this.#earlierSignals);
    this.suspension = new Suspension(this, rest.stayMs ?? 0);
    this.depth = rest.depth ?? 0;
    this.hosted = rest.hosted ?? false;
    this.detach = rest.detach;
    this.keys = rest.keys;
  }

  /** Created when it is first needed, because most runs neither get signals nor wait for any. */
  get named(): NamedSignals {
    return (this.#named ??= new NamedSignals(this, this.#earlierSignals));
  }

  /** True once this process has released the run: nothing starts, and nothing is recorded any more. */
  get released(): boolean {
    return this.#released;
  }

  /**
   * Appends to the journal. Undefined if the record is durable at once, otherwise a promise that settles only when it is: if the
   * store fails, the process loses the run, and nothing that waited continues.
   */
  append(record: JournalRecord): Promise<void> | undefined {
    return this.#append(deepFreeze(record as never));
  }

  #append(record: JournalRecord): Promise<void> | undefined {
    if (this.#released) return new Promise(() => {});
    return this.#journal.append(record)?.catch((error: unknown) => {
      this.onOwnershipLost(error);
      return new Promise(() => {});
    });
  }

  /** Stops everything in this process without recording it. The first reason counts. */
  release(release: Release): void {
    if (this.#released) return;
    this.#released = true;
    this.#timers.cancelAll();
    for (const scope of this.scopes) scope.abandon();
    this.#setReleased(release);
  }

  /** Records the end: the last record. @throws IceError `ICE_STORE_*`. */
  async end(record: JournalRecordOf<"ended">): Promise<void> {
    this.#released = true;
    this.#timers.cancelAll(); // a deadline may wait for the store
    await this.#journal.append(deepFreeze(record as never));
  }

  /** Records the release by this process. @throws IceError `ICE_STORE_*`. */
  async recordRelease(release: Exclude<Release, { readonly reason: "lost" }>): Promise<void> {
    await this.#journal.append({ kind: "suspended", at: this.clock.now(), ...release });
  }

  /** The store failed, or the run has another owner. An arrow function, so that it can be passed on. */
  readonly onOwnershipLost = (cause: unknown): void => {
    if (this.#released) return;
    const error = IceError.is(cause) ? cause : new IceError("ICE_STORE_UNAVAILABLE", "The store failed.", { cause });
    this.release({ reason: "lost", error });
    this.#journal.onOwnershipLost?.(error);
  };

  /** Suspends as soon as nothing continues the run, unless it was to wait. `whateverWaits`: for what never arrives here. */
  suspendWhenQuiet({ whateverWaits = false } = {}): void {
    if (whateverWaits || !this.waitForSignals) this.suspension.whenQuiet();
  }

  /** A signal has arrived: an answer, or a named one. */
  deliver(signal: Signal): void {
    if (signal.name === undefined) this.signals.deliver(signal);
    else this.named.deliver(signal);
  }

  /** Nothing new starts; the run is released once everything in flight has ended. */
  pause(release: Exclude<Release, { readonly reason: "lost" }>): void {
    this.paused = true;
    this.activity.onQuiet = () => this.release(release);
    this.activity.checkQuiet();
  }

  /** How long processes have owned the run, in milliseconds. */
  get activeMs(): number {
    return (this.history?.activeMs ?? 0) + Math.max(0, this.clock.now() - this.#since);
  }

  /** A node has ended: calls the observers. */
  notifyObservers(): void {
    if (this.observers.size > 0) for (const watcher of this.observers) watcher();
  }

  /** A timer that is cancelled when the process ends or releases the run. */
  setTimer(ms: number, callback: () => void): () => void {
    return this.#timers.set(ms, callback);
  }

  /** Emits an event of a node, or of the run as a whole. */
  emit<Type extends RunEventType>(type: Type, from: EventSubject | undefined, data: RunEventMap[Type]): void {
    if (this.events.next()) this.events.send(type, scrubbedData(this.secrets, data), from);
  }

  /** The outcome of a node is final. Its dependents may start once the returned promise has settled; at once without one. */
  recordOutcome(activation: Activation, outcome: Outcome): Promise<void> | undefined {
    const [{ path, node, usage, notes }, at] = [activation, this.time.read()];
    const record = nodeRecordOf(activation, outcome, at);
    if (!node.definition.observes) this.metrics.count(record.status);
    if (this.events.next()) sendOutcome(this.events, activation, outcome, record);
    const ended = { kind: "outcome", at, path, node: record } as const;
    this.nodes.add(ended);
    this.steps.end(path);
    const takes = notes?.takes;
    const isPlain = usage === undefined && takes === undefined && outcome.status !== "failed";
    const durable = this.#append(isPlain ? ended : withExtras(ended, activation, outcome));
    if (takes !== undefined && record.status !== "completed") this.named.giveBack(takes);
    if (durable !== undefined) this.time.forget();
    return durable;
  }

  /** A node that never ran. Its record follows from others, so nothing waits for it. */
  recordSkipped(path: string, type: string, skipReason: SkipReason): void {
    if (this.history?.nodes.has(path) === true) return; // an earlier process has recorded it
    const node = { type, status: "skipped", attempts: 0, skipReason } as const;
    if (!this.nodes.addSkipped({ path, node })) return;
    this.metrics.count("skipped");
    if (this.events.next()) this.events.send(this.events.names.node.skipped, { skipReason }, { path, node });
    void this.append({ kind: "outcome", at: this.clock.now(), path, node });
  }

  /** Another attempt starts: everything that the last one kept is void, also below a container. O(records), only on a retry. */
  forgetAttempt(path: string, children: boolean): void {
    this.history?.forgetAttempt(path, children);
    this.memory.forget(path, children);
    if (!children) return;
    this.steps.forget(path);
    this.nodes.forgetBelow(path);
    this.requests.forgetBelow(path);
  }
}
