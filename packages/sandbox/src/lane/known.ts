import type { LaneOutcome } from "./execution.ts";
import type { LogBuffer } from "./log-buffer.ts";

/** What is known of an execution, however it ended. */
export type Known = Omit<LaneOutcome, "ok">;

/** Of a meter and a log. */
export function knownOf({
  fuel,
  fuelLeft,
  logs,
  ...rest
}: {
  /** What the execution had. */
  readonly fuel: number;
  /** Below 0 when it trapped for lack of it. */
  readonly fuelLeft: bigint;
  readonly logs: LogBuffer;
} & Pick<Known, "peakMemoryBytes" | "hostCalls" | "reused" | "runMs">): Known {
  return {
    ...rest,
    logs: logs.lines,
    fuel: Number(BigInt(fuel) - (fuelLeft < 0n ? 0n : fuelLeft)),
    logBytes: logs.bytes,
    logBytesDropped: logs.dropped,
  };
}
