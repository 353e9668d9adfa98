import type { BlueprintInput, HumanAnswer, RegisteredBlueprint } from "@ice/core";

/** What a person in a simulation does about the requests of one node. */
export interface Person {
  readonly answer: HumanAnswer;
  /**
   * `early`: says it before anybody asks. `during`: at `atMs`. `later`: when the run is suspended. `never`: lets every deadline
   * pass.
   */
  readonly when: "early" | "during" | "later" | "never";
  /** Milliseconds after the start of the run. */
  readonly atMs: number;
  /** Where it is said `early`. Default: the id of the node. */
  readonly paths?: readonly string[];
}

/** How one process in a simulation ends, if not with the run. */
export type Death =
  /** At its nth journal call. `reject`: it survives, but has lost the run. */
  | { readonly at: "call"; readonly nth: number; readonly fate: "reject" | "dieBefore" | "dieAfter" }
  /** Milliseconds after its start. */
  | { readonly at: "time"; readonly ms: number }
  /** It is closed in good order, milliseconds after its start. */
  | { readonly at: "close"; readonly ms: number };

/** What happens around a run. */
export interface FaultPlan {
  /** Decides the order of timers that are due at once, and how long commits take. */
  readonly seed: number;
  /** Longest time until what was appended is durable, in milliseconds; 0: durable at once. */
  readonly commitMs: number;
  /** One process after the other; the last one lives. */
  readonly deaths: readonly Death[];
  /** Time between two processes, in milliseconds. */
  readonly downtimeMs: number;
  /** Which tool call fails, whatever the tool; from 1. */
  readonly failingCall?: number;
  /** When the run is cancelled, in milliseconds after its start. */
  readonly cancelMs?: number;
}

/** Everything that decides a simulation, as data: a failing one can be kept as a test. */
export interface Scenario {
  readonly blueprint: BlueprintInput;
  readonly workflows: readonly RegisteredBlueprint[];
  /** By the id of the asking node. */
  readonly people: Readonly<Record<string, Person>>;
  /** Whether outputs do not depend on timing, so that a run with crashes has to give what an uninterrupted one gives. */
  readonly comparable: boolean;
  readonly weather: FaultPlan;
}

/** No faults: one process runs to the end. */
export const calm: FaultPlan = { seed: 1, commitMs: 0, deaths: [], downtimeMs: 0 };
