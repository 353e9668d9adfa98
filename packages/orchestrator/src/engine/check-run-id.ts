import { IceError } from "@ice/core";

/** What a run id has to be. */
export const runIdRule = "letters, digits, `.`, `_`, `-`, at most 128, starting with a letter or digit";

export const isRunId = (runId: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(runId);

/** @throws IceError `ICE_USAGE`. */
export function checkRunId(runId: string): void {
  if (isRunId(runId)) return;
  throw new IceError("ICE_USAGE", `"${runId.slice(0, 140)}" is not a run id.`, { fix: `use ${runIdRule}` });
}
