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

/** Where alerts go. A failure is reported as an event and changes nothing else; each delivery has 10 s. */
export interface AlertChannel {
  readonly name: string;
  send(alert: Alert, context: { readonly signal: AbortSignal }): void | Promise<void>;
  /** Frees what it holds, as connections. Called once, when the orchestrator closes, after the runs have ended or were left. */
  close?(): void | Promise<void>;
}
