import type { BlueprintInput, HumanAnswer, Json, RegisteredBlueprint } from "@ice/core";

/** How a person in a simulation answers the requests of one node. */
export interface Person {
  readonly answer: HumanAnswer;
  /**
   * `early`: before the request exists. `during`: at `atMs`. `later`: when the run is suspended. `never`: every deadline passes.
   */
  readonly when: "early" | "during" | "later" | "never";
  /** Milliseconds after the start of the run. */
  readonly atMs: number;
  /** Paths that are answered `early`. Default: the id of the node. */
  readonly paths?: readonly string[];
}

/** A signal that another process sends to the run. */
export interface SentFromOutside {
  readonly name: string;
  readonly payload: Json;
  /** Two with the same id are one signal. */
  readonly id: string;
  /** Milliseconds after the start of the run; perhaps before anything waits for it. */
  readonly atMs: number;
}

/** How one process in a simulation ends before the run does. */
export type Crash =
  /** At its nth call of the store. `reject`: the process survives but loses the run. */
  | { readonly at: "call"; readonly nth: number; readonly fault: "reject" | "crashBefore" | "crashAfter" }
  /** Milliseconds after its start. */
  | { readonly at: "time"; readonly ms: number }
  /** It closes normally, milliseconds after its start. */
  | { readonly at: "close"; readonly ms: number };

/** The faults around a run. */
export interface FaultPlan {
  /** Decides the order of timers that are due at the same time, and the duration of commits. */
  readonly seed: number;
  /** Maximum time until appends are durable, in milliseconds; 0: immediately. */
  readonly commitMs: number;
  /** One entry per process, in order; the process after the last entry does not crash. */
  readonly crashes: readonly Crash[];
  /** Time between two processes, in milliseconds. */
  readonly downtimeMs: number;
  /** Number of the tool call that fails, whatever the tool; from 1. */
  readonly failingCall?: number;
  /** When the run is cancelled, in milliseconds after its start; then again and again. Default: never. */
  readonly cancelMs?: number;
  /** How long a process does not notice what other processes have sent, in milliseconds. Default 0. */
  readonly noticeMs?: number;
  /** A timer that ends within this time keeps the process, in seconds. Default 60. */
  readonly staySeconds?: number;
}

/** All inputs of a simulation, as data, so that a failing scenario can be kept as a test. */
export interface Scenario {
  readonly blueprint: BlueprintInput;
  readonly workflows: readonly RegisteredBlueprint[];
  /** By the id of the `human` node. */
  readonly people: Readonly<Record<string, Person>>;
  /** Sent at their times, whatever the state of the run. A suspended run gets what it waits for, besides. Default: none. */
  readonly signals?: readonly SentFromOutside[];
  /** Whether outputs do not depend on timing, so that a run with crashes must have those of an uninterrupted one. */
  readonly comparable: boolean;
  readonly faultPlan: FaultPlan;
}

/** No faults: one process runs to the end. */
export const noFaults: FaultPlan = { seed: 1, commitMs: 0, crashes: [], downtimeMs: 0 };

/** The thread of all conversations in a simulation. */
export const conversation = "t";

/** A payload that fits every schema of a simulation. */
export const fittingPayload = 7;

/** Least number that fits a `payloadSchema` of a simulation. */
export const minFitting = 5;
