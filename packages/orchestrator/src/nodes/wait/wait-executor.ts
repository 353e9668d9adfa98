import { IceError, type builtinNodes, type Json, type SignalWait } from "@ice/core";
import { isSignalName, maxSignalNames, maxWaitSeconds, momentOf, namedValue } from "@ice/core/internal";
import type { BuiltinActivation } from "../builtin-activation.ts";

type WaitActivation = BuiltinActivation<typeof builtinNodes.wait>;

/** Waits for a time, for a signal, or for whichever comes first. */
export async function executeWait(activation: WaitActivation): Promise<unknown> {
  const { run, nodeId } = activation;
  const [earlier] = run.requests.of(activation.path);
  const wait = (earlier?.wait as SignalWait | undefined) ?? (await waitOf(activation));
  activation.current.check(); // it may have been cancelled while the store was asked for signals
  const { signals, resumeAt, expiresAt } = wait;
  const isOver = earlier === undefined && signals.length === 0 && resumeAt! <= run.clock.now();
  if (isOver) return { ...nothingTaken, at: resumeAt };
  if (earlier === undefined) activation.emit("wait.started", { signals, resumeAt, expiresAt });
  const request = earlier ?? (await run.requests.make(activation, wait));
  activation.current.check(); // it may have been cancelled while the request became durable
  const signal = await run.named.wait(activation, request);
  if (signal !== undefined)
    return { signal: signal.name, payload: signal.value, id: signal.id, by: signal.by, at: signal.at };
  if (resumeAt !== null) return { ...nothingTaken, at: resumeAt };
  throw new IceError("ICE_NODE_TIMEOUT", `No signal for node "${nodeId}" came in time.`, {
    fix: "raise `timeoutSeconds`, or handle the error with `onError`",
    retryable: false,
    details: { signals, expiresAt },
  });
}

const nothingTaken = { signal: null, payload: null, id: null, by: null } as const;

async function waitOf({ config, run, nodeId }: WaitActivation): Promise<SignalWait> {
  const { seconds, at, signal, payloadSchema = null, buffer, timeoutSeconds } = config;
  const now = run.clock.now();
  const signals = signal === undefined ? [] : namesOf(signal, nodeId);
  if (!buffer) await run.named.look();
  return {
    kind: "wait",
    signals,
    payloadSchema,
    after: buffer ? 0 : run.named.signals.length,
    resumeAt:
      seconds !== undefined
        ? Math.ceil(now + milliseconds(seconds, nodeId))
        : at !== undefined
          ? moment(at, nodeId)
          : null,
    expiresAt: timeoutSeconds === undefined ? null : Math.ceil(now + timeoutSeconds * 1000),
  };
}

function namesOf(signal: Json, nodeId: string): string[] {
  const names = [signal].flat();
  if (names.length > 0 && names.length <= maxSignalNames && names.every(isSignalName)) return names;
  const wrong = names.find((name) => !isSignalName(name));
  throw invalid(
    { nodeId, field: "signal" },
    `one to ${maxSignalNames} names of letters, digits and \`._:-\`, at most 128 characters`,
    wrong === undefined ? `${names.length} names` : namedValue(wrong),
  );
}

function milliseconds(seconds: Json, nodeId: string): number {
  if (typeof seconds === "number" && seconds >= 0 && seconds <= maxWaitSeconds) return seconds * 1000;
  throw invalid({ nodeId, field: "seconds" }, `a number from 0 to ${maxWaitSeconds}`, namedValue(seconds));
}

/** In whole milliseconds. */
function moment(at: Json, nodeId: string): number {
  const time = momentOf(at);
  if (time !== undefined) return Math.ceil(time);
  throw invalid({ nodeId, field: "at" }, "epoch milliseconds, or RFC 3339 with an offset", namedValue(at));
}

interface Field {
  readonly nodeId: string;
  readonly field: string;
}

const invalid = ({ nodeId, field }: Field, wanted: string, given: string): IceError =>
  new IceError("ICE_INPUT_INVALID", `The \`${field}\` of node "${nodeId}" must be ${wanted}, but is ${given}.`, {
    fix: "correct the template, or the data that it reads",
  });
