import type { SandboxErrorKind, SandboxLimits, SandboxLog, SandboxTelemetry } from "@ice/core";

/** One execution as a worker gets it: text and numbers only. */
export interface Execution {
  readonly language: "javascript" | "typescript" | "python";
  readonly source: string;
  /** JSON. */
  readonly input: string;
  readonly env: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly clock: "real" | number;
  readonly limits: SandboxLimits;
}

/** How it ended: `payload` is the JSON of the value, unchecked. */
export type LaneOutcome = {
  readonly logs: readonly SandboxLog[];
} & Omit<SandboxTelemetry, "wallMs" | "hostWaitMs"> &
  ({ readonly ok: true; readonly payload: string } | ({ readonly ok: false } & Refusal));

/** A request of the guest to the host. */
export interface GuestCall {
  readonly id: number;
  readonly name: string;
  /** JSON. */
  readonly payload: string;
}

/** The host's answer. `value` is JSON: what was asked for, or `{ message, code }`. */
export interface GuestAnswer {
  readonly id: number;
  readonly ok: boolean;
  readonly value: string;
}

/** Why the host ends an execution. */
export interface Refusal {
  readonly kind: SandboxErrorKind;
  readonly message: string;
  /** What to do, when it is something else than usually for this kind. */
  readonly fix?: string | undefined;
}
