import { IceError, messageOf, type SandboxErrorKind, type SandboxResult, type SandboxTelemetry } from "@ice/core";
import { parseGuestJson } from "./host/json-text.ts";
import type { PoolOutcome } from "./pool/pool-outcome.ts";

const noTelemetry: SandboxTelemetry = {
  wallMs: 0,
  hostWaitMs: 0,
  runMs: 0,
  fuel: 0,
  peakMemoryBytes: 0,
  hostCalls: 0,
  logBytes: 0,
  logBytesDropped: 0,
  reused: false,
};

/** What is reported to the owner's code about an execution. */
export function toResult(
  outcome: PoolOutcome,
  times: { readonly wallMs: number; readonly hostWaitMs: number },
): SandboxResult {
  if (!("logs" in outcome)) return failed(outcome, { ...noTelemetry, ...times, runMs: outcome.runMs ?? 0 });
  const { fuel, peakMemoryBytes, hostCalls, logBytes, logBytesDropped, reused, runMs, logs } = outcome;
  const telemetry = { ...times, runMs, fuel, peakMemoryBytes, hostCalls, logBytes, logBytesDropped, reused };
  if (!outcome.ok) return failed(outcome, telemetry, logs);
  try {
    return { ok: true, output: parseGuestJson(outcome.payload), logs, telemetry };
  } catch (error) {
    if (IceError.is(error) && error.code === "ICE_SANDBOX_OUTPUT")
      return failed(
        { kind: "output", message: `The result is too large: ${error.message}`, fix: error.fix },
        telemetry,
        logs,
      );
    return failed({ kind: "notJson", message: messageOf(error) }, telemetry, logs);
  }
}

function failed(
  {
    kind,
    message,
    fix,
  }: { readonly kind: SandboxErrorKind; readonly message: string; readonly fix?: string | undefined },
  telemetry: SandboxTelemetry,
  logs: SandboxResult["logs"] = [],
): SandboxResult {
  return { ok: false, error: { kind, message, ...(fix === undefined ? {} : { fix }) }, logs, telemetry };
}

/** The end of an execution that did not begin. */
export const refused = (message: string, fix: string | undefined): SandboxResult =>
  failed({ kind: "denied", message, fix }, noTelemetry);
