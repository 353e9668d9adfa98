import {
  deepFreeze,
  IceError,
  normalizeJson,
  toPointer,
  type ErrorRecord,
  type Json,
  type NodeRecord,
  type SchemaResult,
} from "@ice/core";
import type { Activation } from "./activation.ts";
import { withLocals } from "./context.ts";
import { locate, toErrorRecord, toIceError } from "./failure.ts";

/** How a node ended. `failed` carries the error itself, because its container may fail with it. */
export type Outcome =
  | { readonly status: "completed"; readonly output: Json; readonly recovered?: ErrorRecord }
  | { readonly status: "failed"; readonly error: IceError }
  | { readonly status: "skipped"; readonly error: ErrorRecord }
  | { readonly status: "cancelled" };

/** The outcome as it is kept, frozen throughout. `endedAt`: epoch milliseconds. */
export function nodeRecordOf({ node, attempt, startedAt }: Activation, outcome: Outcome, endedAt: number): NodeRecord {
  const { type } = node;
  const { status } = outcome;
  const durationMs = Math.max(0, endedAt - startedAt); // somebody may have set the clock back
  if (status === "completed" && outcome.recovered === undefined)
    return Object.freeze({ type, status, attempts: attempt, startedAt, endedAt, durationMs, output: outcome.output });
  const common = { type, status, attempts: attempt, startedAt, endedAt, durationMs };
  if (status === "completed")
    return freeze({ ...common, output: outcome.output, recovered: true, error: outcome.recovered! });
  if (status === "failed") return freeze({ ...common, error: toErrorRecord(outcome.error) });
  return freeze(status === "skipped" ? { ...common, skipReason: "errorIgnored", error: outcome.error } : common);
}

const freeze = (record: NodeRecord): NodeRecord => deepFreeze(record as never);

/** The pipeline returned: its value becomes the output when it is JSON. What `outputSchema` says was checked there. */
export function outcomeOfValue(activation: Activation, value: unknown): Outcome {
  if (activation.ended) return { status: "cancelled" };
  try {
    const output = activation.node.outputSchema === undefined ? ofType(activation, value) : (value as Json);
    return { status: "completed", output: checkLength(activation, output) };
  } catch (error) {
    return outcomeOfError(activation, error);
  }
}

/** The last attempt failed: `onError` decides whether the node fails, is skipped, or completes with a value of its own. */
export function outcomeOfError(activation: Activation, thrown: unknown): Outcome {
  if (activation.ended) return { status: "cancelled" };
  const { node, scope, path } = activation;
  activation.abortAttempt(toIceError(thrown));
  const error = locate(toIceError(thrown), path);
  if (node.onError === "fail" || scope.frame.isFatal(error)) return { status: "failed", error };
  const record = toErrorRecord(error);
  if (node.onError === "skip") return { status: "skipped", error: record };
  try {
    const { code, message } = record;
    const output = node.onErrorOutput!.evaluate(
      withLocals({ error: { code, message } }, activation),
      activation.run.bounds.evaluation(),
    );
    return {
      status: "completed",
      output: checkLength(activation, checkFallback(activation, output)),
      recovered: record,
    };
  } catch (second) {
    return { status: "failed", error: locate(toIceError(second), path) };
  }
}

/** Around an id that is a key of an object, as JSON: two quotes, a colon, a comma. Ids are ASCII. */
const perKey = 4;

/** Last of all: a schema may have added defaults. */
function checkLength({ scope, node }: Activation, output: Json): Json {
  const { frame } = scope;
  frame.handedOver += perKey + node.id.length + frame.run.bounds.check(output, "the output of node", node.id);
  return output;
}

/** A value as JSON, and as the type of its node declares it. @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_OUTPUT_INVALID`. */
export function ofType(activation: Activation, value: unknown): Json {
  const { definition } = activation.node;
  if (!definition.checkOutput) return normalizeJson(value);
  const parsed = definition.output!.safeParse(value);
  if (parsed.success) return normalizeJson(parsed.data);
  const [issue] = parsed.error.issues;
  throw invalidOutput(activation, "its type's output schema", issue?.path as (string | number)[], issue?.message);
}

/** A value as its node's `outputSchema` takes it, defaults applied. @throws IceError `ICE_OUTPUT_INVALID`. */
export function matching(activation: Activation, value: Json, result: SchemaResult): Json {
  if (result.ok) return result.value === value ? value : normalizeJson(result.value);
  const [issue] = result.issues;
  throw invalidOutput(activation, "its outputSchema", issue?.path, issue?.message);
}

/** A fallback takes the place of the output, so it has to match as well. */
function checkFallback(activation: Activation, output: Json): Json {
  const { outputSchema } = activation.node;
  return outputSchema === undefined ? output : matching(activation, output, outputSchema.validate(output));
}

function invalidOutput(
  { node }: Activation,
  schema: string,
  path: readonly (string | number)[] = [],
  message = "it does not match",
): IceError {
  const place = path.length === 0 ? "" : ` at ${toPointer(path)}`;
  return new IceError(
    "ICE_OUTPUT_INVALID",
    `The output of node "${node.id}" does not match ${schema}${place}: ${message}.`,
    {
      fix: "correct what the node returns, or the schema",
      details: { path: [...path] },
    },
  );
}
