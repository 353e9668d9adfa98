import { IceError } from "@ice/core";

/** What a run id has to be. */
export const runIdRule = "letters, digits, `.`, `_`, `-`, at most 128, starting with a letter or digit";

export const isRunId = (runId: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(runId);

/** Whether an id is one that a server makes: of runs with an idempotency key, and of schedules. No blueprint may take it from them. */
export const isReservedRunId = (runId: string): boolean => /^[ks]-/.test(runId);

/** @throws IceError `ICE_USAGE`. */
export function checkRunId(runId: string): void {
  if (isRunId(runId)) return;
  throw new IceError("ICE_USAGE", `"${runId.slice(0, 140)}" is not a run id.`, { fix: `use ${runIdRule}` });
}

/** Maximum characters of the name of who starts a run, as of a person who answers. */
const maxOfCreator = 200;

/** @throws IceError `ICE_USAGE`. */
export function checkCreator(createdBy: string | undefined): void {
  if (createdBy === undefined || (createdBy !== "" && createdBy.length <= maxOfCreator)) return;
  throw new IceError("ICE_USAGE", `\`createdBy\` has ${createdBy.length} characters.`, {
    fix: `use 1 to ${maxOfCreator} characters`,
  });
}
