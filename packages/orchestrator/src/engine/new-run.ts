import type { JsonObject, NewRun, RunOptions, RunStore } from "@ice/core";
import { checkSameTenant, finishInTurns } from "@ice/core/internal";
import { checkInputs } from "../plan/check-inputs.ts";
import type { Plan } from "../plan/plan.ts";
import type { Pace } from "../scheduling/pace.ts";
import { checkCreator, checkRunId } from "./check-run-id.ts";
import type { InternalRunOptions } from "./engine-options.ts";

/** What the head of a run takes from the engine. */
export interface Heading {
  readonly store: RunStore;
  readonly pace: Pace;
  now(): number;
  newRunId(): string;
}

/**
 * The head of a run that is about to be stored.
 *
 * @throws IceError `ICE_INPUT_INVALID`, `ICE_USAGE` (a bad run id, a run of another tenant).
 */
export async function newRun(
  engine: Heading,
  plan: Plan,
  givenInputs: JsonObject,
  { runId = engine.newRunId(), ...options }: RunOptions & InternalRunOptions,
): Promise<NewRun> {
  const { store, pace } = engine;
  const { addedInputs, startedBy, depth } = options;
  const { maxConcurrency, timeoutSeconds, createdBy, hosted, requestHash } = options;
  checkRunId(runId);
  checkCreator(createdBy);
  checkSameTenant(options.tenant, store.tenant);
  const inputs = await checkInputs(plan, givenInputs, pace.slice);
  const startedAt = engine.now();
  const { name: workflow, version } = plan.view;
  return {
    runId,
    tenant: store.tenant,
    workflow,
    version,
    kind: plan.kind ?? "workflow",
    ...(startedBy !== undefined && { startedBy }),
    startedAt,
    // A store that is not durable needs the hash only for a resume.
    document: store.durable ? await finishInTurns(plan.document.prepare(), pace.slice) : plan.document,
    inputs: addedInputs === undefined ? inputs : Object.freeze({ ...inputs, ...addedInputs }),
    options: defined({ maxConcurrency, timeoutSeconds, depth }),
    ...defined({ createdBy, requestHash, hosted: hosted === true ? hosted : undefined }),
  };
}

/** Without the fields that are undefined. */
function defined<T extends object>(value: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const kept: { [Key in keyof T]?: T[Key] } = {};
  for (const key in value) if (value[key] !== undefined) kept[key] = value[key];
  return kept as never;
}
