import type { JsonObject } from "../json/json.ts";

/** An alert of a monitor. */
export interface Alert {
  readonly runId: string;
  readonly workflow: string;
  /** Path of the monitor. */
  readonly path: string;
  readonly action: "alert" | "pause" | "abort";
  readonly expression: string;
  readonly metrics: JsonObject;
  readonly at: number;
}

/** Delivers alerts. A failure is reported as an event and has no other effect; each delivery may take 10 s. */
export interface AlertChannel {
  readonly name: string;
  send(alert: Alert, context: { readonly signal: AbortSignal }): void | Promise<void>;
  /**
   * Frees resources, such as connections. Called once when the orchestrator closes, after the runs have ended or were released.
   */
  close?(): void | Promise<void>;
}
