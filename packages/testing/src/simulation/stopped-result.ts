import type { JournalRecord, JournalRecordOf, RunResult } from "@ice/core";
import type { Report } from "./report.ts";

/** What has stopped a run decides how it ends. */
export function checkStop(
  records: readonly JournalRecord[],
  { status, error, output }: Pick<RunResult, "status" | "error" | "output">,
  report: Report,
): void {
  const stopped = records.find(
    (record): record is JournalRecordOf<"stopped"> => record.kind === "stopped" && record.path === "",
  );
  if (stopped === undefined) return;
  const given = stopped.end?.output as { status: string; output: object | null; error: { code: string } } | undefined;
  const code = stopped.error?.code ?? given?.error?.code;
  if (code !== error?.code) report.violation(`stopped by ${code}, it is ${status} by ${error?.code}`);
  if (given !== undefined && given.status !== status) report.violation(`ended as ${given.status}, it is ${status}`);
  if (given !== undefined && given.output !== null && sorted(given.output) !== sorted(output))
    report.violation(`ended with ${sorted(given.output)}, its output is ${sorted(output)}`);
}

/** JSON with sorted keys. */
export const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
