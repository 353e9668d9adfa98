import type { LaneOutcome } from "./execution.ts";
import type { LogBuffer } from "./log-buffer.ts";

/** What an execution used and logged, however it ended. */
export type ExecutionStats = Omit<LaneOutcome, "ok">;

/** The stats of an execution from its meter and its log. */
export function statsOf({
  fuel,
  fuelLeft,
  logs,
  ...rest
}: {
  /** Fuel at the start. */
  readonly fuel: number;
  /** Below 0 after a trap for lack of fuel. */
  readonly fuelLeft: bigint;
  readonly logs: LogBuffer;
} & Pick<ExecutionStats, "peakMemoryBytes" | "hostCalls" | "reused" | "runMs">): ExecutionStats {
  return {
    ...rest,
    logs: logs.lines,
    fuel: Number(BigInt(fuel) - (fuelLeft < 0n ? 0n : fuelLeft)),
    logBytes: logs.bytes,
    logBytesDropped: logs.dropped,
  };
}
