import type { SandboxErrorKind, SandboxLimits, SandboxLog, SandboxTelemetry } from "@ice/core";

/** One execution, as a worker receives it: texts and numbers only. */
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

/** The outcome: `payload` is the JSON of the value, unchecked. */
export type LaneOutcome = {
  readonly logs: readonly SandboxLog[];
} & Omit<SandboxTelemetry, "wallMs" | "hostWaitMs"> &
  ({ readonly ok: true; readonly payload: string } | ({ readonly ok: false } & ExecutionFailure));

/** A request of the guest to the host. */
export interface GuestCall {
  readonly id: number;
  readonly name: string;
  /** JSON. */
  readonly payload: string;
}

/** The answer of the host. `value` is JSON: the result, or `{ message, code }`. */
export interface GuestAnswer {
  readonly id: number;
  readonly ok: boolean;
  readonly value: string;
}

/** The reason why the host ends an execution. */
export interface ExecutionFailure {
  readonly kind: SandboxErrorKind;
  readonly message: string;
  /** The fix, if it differs from the usual one of this kind. */
  readonly fix?: string | undefined;
}
