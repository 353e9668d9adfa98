import { IceError, type Json, type JsonObject } from "@ice/core";
import { isSignalName, namedValue } from "@ice/core/internal";
import { causesOf, toErrorRecord } from "../../run/failure.ts";
import type { ScopeResult } from "../../run/children-result.ts";
import type { WorkflowStop } from "../../run/workflow-stop.ts";
import { keepDecision } from "../decision.ts";
import { recordOf, restored, type BodyEnd, type RecordedBodyEnd } from "./body-end.ts";
import { Cleanup } from "./cleanup.ts";
import { hasBegun } from "./earlier-groups.ts";
import type { ScopeActivation } from "./scope-activation.ts";

/**
 * Runs a body; after it, in this order, compensates for what it has completed if it failed or was stopped, catches its failure, and cleans up. A
 * stop ends the body or `catch`, and waits for the rest.
 */
export async function executeScope(activation: ScopeActivation): Promise<unknown> {
  const { current } = activation;
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const forget = current.onAbort(() => closed);
  try {
    return await runScope(activation);
  } finally {
    forget();
    close();
  }
}

async function runScope(activation: ScopeActivation): Promise<unknown> {
  const { current } = activation;
  const { body, ending } = await runBody(activation);
  const end = endInBody(activation);
  const isStopped = ending.isStopped === true;
  const error = end === undefined ? ending.error : end.error;
  const cleanup = new Cleanup(activation, { body, ending, error });
  const isUndone = end === undefined ? isStopped || error !== undefined : error !== undefined;
  if (isUndone) await cleanup.compensate();
  const caught = end === undefined && !isStopped ? await runCatch(activation, ending, cleanup) : undefined;
  await cleanup.finish();
  const failure = caught?.error ?? error;
  cleanup.check(caught === undefined ? error : failure);
  if (isStopped && !current.aborted)
    throw new IceError("ICE_RUN_CANCELLED", `Scope "${activation.nodeId}" was stopped by an earlier process.`);
  if (caught !== undefined && caught.error === undefined) return recovered(activation, body, caught.result, error!);
  if (error !== undefined) throw failure;
  return { output: body.output, nodes: body.outputs, error: null };
}

/** How a node of the body has ended the workflow, if one has. One of `catch` only stops that. */
function endInBody({ scope, path, node }: ScopeActivation): WorkflowStop["end"] {
  const end = scope.frame.endInside(path);
  const [id = ""] = end?.path.slice(path.length + 1).split(/[.[]/) ?? [];
  return node.children.get("body")!.positions.has(id) ? end : undefined;
}

interface EndedBody {
  readonly body: ScopeResult;
  readonly ending: BodyEnd;
}

/** Runs the body until it ends, its time has passed, its signal arrives, or something stops it. */
async function runBody(activation: ScopeActivation): Promise<EndedBody> {
  const { run, current, config, nodeId } = activation;
  const { timeoutSeconds } = config;
  const cancelOn = signalOf(config.cancelOn, nodeId);
  const recorded = activation.checkpointed as RecordedBodyEnd | undefined;
  let ending = recorded && restored(recorded);
  let durable: Promise<void> | undefined;
  const stop = new AbortController();
  // The reason is recorded before its effects: a resume has to know why nodes of the body were cancelled.
  const decide = (end: BodyEnd): void => {
    if (ending !== undefined) return;
    ending = end;
    durable = keepDecision(activation, recordOf(end));
  };
  const endWith = (error: IceError): void => {
    decide({ error });
    stop.abort();
  };
  if (ending?.error !== undefined) stop.abort();
  const forgetStop = current.onAbort(() => decide({ isStopped: true }));
  const forgetSignal =
    cancelOn === undefined || ending !== undefined
      ? undefined
      : run.named.watch(cancelOn, () => endWith(cancelledBy(nodeId, cancelOn)));
  const cancelTimer =
    timeoutSeconds === undefined || ending !== undefined
      ? undefined
      : run.setTimer(timeoutSeconds * 1000, () => endWith(timedOut(nodeId, timeoutSeconds)));
  try {
    const body = await activation.children.runGroup("body", { signal: stop.signal, keepsOrder: true });
    decide(body.error === undefined ? { isStopped: body.status === "cancelled" } : { error: body.error });
    // Otherwise a resume could go on with a body whose effects were undone, or compensate for it after `finally`.
    await durable;
    return { body, ending: ending! };
  } finally {
    forgetStop();
    forgetSignal?.();
    cancelTimer?.();
  }
}

function signalOf(name: Json | undefined, nodeId: string): string | undefined {
  if (name === undefined || isSignalName(name)) return name;
  throw new IceError(
    "ICE_INPUT_INVALID",
    `The \`cancelOn\` of scope "${nodeId}" must be the name of a signal, but is ${namedValue(name)}.`,
    { fix: "correct the template, or the data that it reads: use letters, digits and `._:-`, at most 128" },
  );
}

interface Caught {
  readonly result: ScopeResult;
  /** The error of `catch`, in place of that of the body. */
  readonly error: IceError | undefined;
}

/** Runs `catch` for an error that it names. Undefined if there is none, or if it was stopped: then what it had begun is closed. */
async function runCatch(
  activation: ScopeActivation,
  { error }: BodyEnd,
  cleanup: Cleanup,
): Promise<Caught | undefined> {
  const { catch: handler } = activation.config;
  const begun = handler !== undefined && hasBegun(activation, "catch");
  if (error === undefined || handler === undefined || (activation.current.aborted && !begun)) return undefined;
  const { codes } = handler;
  if (codes !== undefined && ![error.code, ...causesOf(error)].some((code) => codes.includes(code))) return undefined;
  if (!begun) activation.emit("scope.caught", { code: error.code });
  const result = await activation.children.runGroup("catch", { locals: cleanup.locals });
  if (result.error !== undefined) return { result, error: withFirst(result.error, error) };
  return result.status === "cancelled" ? undefined : { result, error: undefined };
}

/** The error of `catch`, which names the one that was to be caught. */
function withFirst(error: IceError, first: IceError): IceError {
  const { code, message, path, fix, cause, retryable, retryAfterMs } = error;
  const details = { ...error.details, first: toErrorRecord(first) };
  return new IceError(code, message, { details, path, fix, cause, retryable, retryAfterMs });
}

/** The failure was caught: the node completes, and its record says what failed. */
function recovered(activation: ScopeActivation, body: ScopeResult, caught: ScopeResult, error: IceError): JsonObject {
  activation.notes = { ...activation.notes, recovered: toErrorRecord(error) };
  const { code, message, path = activation.path } = error;
  const nodes = { ...body.outputs, ...caught.outputs };
  return { output: caught.output, nodes, error: { code, message, path } };
}

const cancelledBy = (nodeId: string, signal: string): IceError =>
  new IceError("ICE_SCOPE_CANCELLED", `The signal "${signal}" cancelled the scope "${nodeId}".`, {
    retryable: false,
    details: { signal },
  });

const timedOut = (nodeId: string, timeoutSeconds: number): IceError =>
  new IceError("ICE_NODE_TIMEOUT", `The body of the scope "${nodeId}" took longer than ${timeoutSeconds} s.`, {
    fix: "raise `timeoutSeconds`, or catch the error",
    retryable: true,
    details: { timeoutSeconds },
  });
