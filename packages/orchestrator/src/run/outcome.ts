import { IceError, type ErrorRecord, type JournalRecordOf, type Json, type NodeRecord } from "@ice/core";
import { andThen, normalizeJsonInTurns, problemsOf, toPointer, type Keys, type SchemaResult } from "@ice/core/internal";
import type { Activation } from "./activation.ts";
import { withLocals } from "./context.ts";
import { locate, toErrorRecord, toIceError, traitsOf } from "./failure.ts";
import type { RunEvents } from "./run-events.ts";
import { scrubbed, scrubbedError } from "./scrub.ts";
import { isEndOutput } from "./workflow-stop.ts";

/** How a node ended. `failed` carries the error itself, because its container may fail with it. */
export type Outcome =
  | { readonly status: "completed"; readonly output: Json; readonly recovered?: ErrorRecord }
  | { readonly status: "failed"; readonly error: IceError }
  | { readonly status: "skipped"; readonly error: ErrorRecord }
  | { readonly status: "cancelled" };

/** The outcome as it is recorded. `endedAt`: epoch milliseconds. */
export function nodeRecordOf(
  { node, attempt, startedAt, notes }: Activation,
  outcome: Outcome,
  endedAt: number,
): NodeRecord {
  const { type } = node;
  const { status } = outcome;
  const durationMs = Math.max(0, endedAt - startedAt); // the clock may have been set back
  if (status === "completed" && outcome.recovered === undefined)
    return notes?.isCached === true
      ? { type, status, attempts: 0, startedAt, endedAt, durationMs, output: outcome.output, cached: true }
      : { type, status, attempts: attempt, startedAt, endedAt, durationMs, output: outcome.output };
  const common = { type, status, attempts: attempt, startedAt, endedAt, durationMs };
  if (status === "completed") return { ...common, output: outcome.output, recovered: true, error: outcome.recovered! };
  if (status === "failed") return { ...common, error: toErrorRecord(outcome.error) };
  return status === "skipped" ? { ...common, skipReason: "errorIgnored", error: outcome.error } : common;
}

/** A record with what few outcomes have: usage, the signal that was taken, and what containers need to know of a failure. */
export const withExtras = (
  record: JournalRecordOf<"outcome">,
  { usage, notes }: Activation,
  outcome: Outcome,
): JournalRecordOf<"outcome"> => ({
  ...record,
  ...(usage && { usage: { ...usage } }),
  ...(notes?.takes !== undefined && outcome.status === "completed" && { takes: notes.takes }),
  ...(outcome.status === "failed" && traitsOf(outcome.error)),
});

/** Reports the end of a node. The event gets copies of the errors, because listeners may change them. */
export function sendOutcome(events: RunEvents, activation: Activation, outcome: Outcome, record: NodeRecord): void {
  const { completed, failed, skipped, cancelled } = events.names.node;
  const { durationMs = 0 } = record;
  if (outcome.status === "failed")
    return events.send(failed, { durationMs, error: toErrorRecord(outcome.error) }, activation);
  if (outcome.status === "cancelled") return events.send(cancelled, { durationMs }, activation);
  if (outcome.status === "skipped") {
    const error = { ...outcome.error };
    return events.send(skipped, { durationMs, error, skipReason: "errorIgnored" }, activation);
  }
  const recovery = outcome.recovered && ({ error: { ...outcome.recovered }, recovered: true } as const);
  events.send(completed, { durationMs, ...recovery, ...(activation.notes?.isCached && { cached: true }) }, activation);
}

/**
 * The pipeline has returned a value, which becomes the output if it is JSON; `outputSchema` was checked there. Returns a promise,
 * which never rejects, if the value is so large that it takes turns of the event loop.
 */
export function outcomeOfValue(activation: Activation, value: unknown): Outcome | Promise<Outcome> {
  if (activation.ended || activation.isStopped) return cancelled;
  try {
    const output = activation.node.outputSchema === undefined ? ofType(activation, value) : (value as Json);
    const outcome = output instanceof Promise ? completedLater(activation, output) : completed(activation, output);
    return outcome instanceof Promise ? orFailed(activation, outcome) : outcome;
  } catch (error) {
    return outcomeOfError(activation, error);
  }
}

// Separate functions: a function that creates closures costs more even where it creates none.

const orFailed = (activation: Activation, outcome: Promise<Outcome>): Promise<Outcome> =>
  outcome.catch((error: unknown) => outcomeOfError(activation, error));

const completedLater = (activation: Activation, output: Promise<Json>): Promise<Outcome> =>
  output.then((later) => completed(activation, later));

/** The outcome of a node with the output of an earlier run, which was checked. */
export function outcomeOfCached(activation: Activation, output: Json): Outcome | Promise<Outcome> {
  activation.attempt = 0;
  (activation.notes ??= {}).isCached = true;
  return completed(activation, output);
}

/** The length is measured last, because a schema may have added defaults. */
function completed(
  activation: Activation,
  output: Json,
  recovered: ErrorRecord | undefined = activation.notes?.recovered,
): Outcome | Promise<Outcome> {
  const length = activation.run.bounds.check(output, "the output of node", activation.node.id);
  return length instanceof Promise
    ? measuredLater(activation, output, length, recovered)
    : handedOver(activation, output, length, recovered);
}

const measuredLater = async (
  activation: Activation,
  output: Json,
  length: Promise<number>,
  recovered?: ErrorRecord,
): Promise<Outcome> => handedOver(activation, output, await length, recovered);

/** Characters around an id as a key in JSON: two quotes, a colon, a comma. Ids are ASCII. */
const perKey = 4;

function handedOver({ scope, node }: Activation, output: Json, length: number, recovered?: ErrorRecord): Outcome {
  scope.frame.handedOver += perKey + node.id.length + length;
  return recovered === undefined ? { status: "completed", output } : { status: "completed", output, recovered };
}

/** The last attempt failed: `onError` decides whether the node fails, is skipped, or completes with another value. */
export function outcomeOfError(activation: Activation, thrown: unknown): Outcome | Promise<Outcome> {
  if (activation.ended || activation.isStopped) return cancelled;
  const entered = scrubbedError(activation.run.secrets, toIceError(thrown));
  const closing = activation.abortAttempt(entered);
  // Its children may have to clean up before.
  if (closing !== undefined) return closing.then(() => afterError(activation, entered));
  return afterError(activation, entered);
}

function afterError(activation: Activation, entered: IceError): Outcome | Promise<Outcome> {
  const { node, scope, path } = activation;
  const error = locate(entered, path);
  if (node.onError === "fail" || scope.frame.isFatal(error)) return { status: "failed", error };
  const record = toErrorRecord(error);
  if (node.onError === "skip") return { status: "skipped", error: record };
  return fallback(activation, record).catch((second: unknown) => ({
    status: "failed",
    error: locate(toIceError(second), path),
  }));
}

async function fallback(activation: Activation, record: ErrorRecord): Promise<Outcome> {
  const { node, run } = activation;
  const { code, message } = record;
  const scope = withLocals({ error: { code, message } }, activation);
  const value = await node.onErrorOutput!.evaluateIn(scope, run.bounds.evaluation());
  return completed(activation, await checkFallback(activation, value), record);
}

const cancelled: Outcome = { status: "cancelled" };

/** A value as JSON without values of secrets, checked against the type of its node. @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_OUTPUT_INVALID`. */
export function ofType(activation: Activation, value: unknown): Json | Promise<Json> {
  const { output } = activation.node.definition;
  const { slice } = activation.run.pace;
  if (output === undefined) return entering(activation, normalizeJsonInTurns(value, slice));
  const parsed = output.safeParse(value);
  if (parsed.success) return entering(activation, normalizeJsonInTurns(parsed.data, slice));
  const [problem] = problemsOf(parsed.error, output, value);
  throw invalidOutput(activation, "its type's output schema", problem?.keys, `: ${problem?.message}`);
}

/** What a container returns has entered the run with its children. */
function entering({ run, node }: Activation, value: Json | Promise<Json>): Json | Promise<Json> {
  const { secrets, pace } = run;
  return secrets.active && !node.isContainer ? andThen(value, (json) => scrubbed(secrets, json, pace.slice)) : value;
}

/** A value checked against the node's `outputSchema`, with defaults. @throws IceError `ICE_OUTPUT_INVALID`. */
export function matching(activation: Activation, value: Json, result: SchemaResult): Json | Promise<Json> {
  if (result.ok) return result.value === value ? value : normalizeJsonInTurns(result.value, activation.run.pace.slice);
  const [issue] = result.issues;
  const place = issue === undefined || issue.keys.length === 0 ? "" : ` at ${toPointer(issue.keys)}`;
  throw invalidOutput(activation, "its outputSchema", issue?.keys, `${place}: ${issue?.message}`);
}

/** A fallback replaces the output, so it is checked too. */
function checkFallback(activation: Activation, output: Json): Json | Promise<Json> {
  const { outputSchema, definition } = activation.node;
  if (definition.ends && !isEndOutput(output))
    throw invalidOutput(
      activation,
      "its type",
      [],
      ": it does not say how the workflow ends (`status`, `output`, `error`)",
    );
  if (outputSchema === undefined) return output;
  const result = outputSchema.validateInTurns(output, activation.run.pace.slice);
  return andThen(result, (checked) => matching(activation, output, checked));
}

function invalidOutput({ node }: Activation, schema: string, keys: Keys = [], problem: string): IceError {
  return new IceError("ICE_OUTPUT_INVALID", `The output of node "${node.id}" does not match ${schema}${problem}.`, {
    fix: "correct what the node returns, or the schema",
    details: { path: [...keys] },
  });
}
