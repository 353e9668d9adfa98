import type { JsonObject } from "../json/json.ts";
import type { SecretService } from "./secret-service.ts";

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

/** The context that a channel receives with an alert. */
export interface AlertContext {
  /** Aborts after 10 s. */
  readonly signal: AbortSignal;
  /** Resolves `secret://NAME` in what the owner has configured. */
  readonly secrets: Pick<SecretService, "fill">;
}

/** Delivers alerts. A failure is reported as an event and has no other effect; each delivery may take 10 s. */
export interface AlertChannel {
  readonly name: string;
  send(alert: Alert, context: AlertContext): void | Promise<void>;
  /**
   * Frees resources, such as connections. Called once when the orchestrator closes, after the runs have ended or were released.
   */
  close?(): void | Promise<void>;
}
