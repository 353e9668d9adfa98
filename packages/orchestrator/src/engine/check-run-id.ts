import { IceError } from "@ice/core";

/** @throws IceError `ICE_USAGE`. */
export function checkRunId(runId: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(runId))
    throw new IceError("ICE_USAGE", `"${runId.slice(0, 140)}" is not a run id.`, {
      fix: "use letters, digits, `.`, `_`, `-`, at most 128, starting with a letter or digit",
    });
}
