import {
  IceError,
  runEnded,
  type Json,
  type SentSignal,
  type Signal,
  type SignalOptions,
  type SignalWait,
  type StoredRun,
} from "@ice/core";
import {
  compileJsonSchema,
  finishInTurns,
  isSignalName,
  jsonLength,
  normalizeJson,
  shorten,
  toPointer,
  type Keys,
  type Steps,
} from "@ice/core/internal";
import { historyOf } from "../history/history.ts";
import { openRequests } from "../history/stored-result.ts";
import { isEnded } from "./ended-result.ts";
import type { Engine } from "./engine.ts";

const maxPayload = 1024 * 1024;
const maxSignals = 10_000;
const maxNameLength = 200;

/** Records a signal with a name for a run, in whichever process it is. @throws see `WorkflowExecutionService.signal`. */
export async function signalRun(
  engine: Engine,
  runId: string,
  name: string,
  { payload = null, id = engine.newRunId(), by }: SignalOptions = {},
): Promise<SentSignal> {
  if (!isSignalName(name))
    throw invalid(
      `"${shorten(String(name), 80)}" is not the name of a signal`,
      "use letters, digits and `._:-`, at most 128",
    );
  checkText(id, "the id of a signal");
  if (by !== undefined) checkText(by, "the name of who sends it");
  const value = payloadOf(payload);
  const live = engine.liveRun(runId);
  const { signals, waits } = live === undefined ? await stored(engine, runId, id) : live.run.named;
  const named = signals.filter((signal) => signal.name !== undefined);
  if (named.some((signal) => signal.id === id)) return { runId, signal: name, id, accepted: true, duplicate: true };
  await checkRoom(engine, { runId, named, value });
  checkPayload(name, value, waits);
  // With a store in memory, nothing else waits for anything outside the process.
  await engine.pace.turn();
  const at = engine.now();
  const { recorded } = await engine.store.signal(runId, { id, name, path: "", value, by: by ?? null, at });
  return { runId, signal: name, id, accepted: true, duplicate: !recorded };
}

/** Half of a surrogate pair cannot be stored: what is read back would be another text. */
function checkText(text: unknown, what: string): void {
  if (typeof text !== "string" || text === "" || text.length > maxNameLength)
    throw invalid(`${what} is not a text of 1 to ${maxNameLength} characters`, "give such a text, or remove it");
  if (!text.isWellFormed() || text.includes("\0"))
    throw invalid(`${what} contains half of a surrogate pair, or NUL`, "use another text");
}

function payloadOf(payload: unknown): Json {
  let value: Json;
  try {
    value = normalizeJson(payload);
  } catch (error) {
    if (!IceError.is(error)) throw error;
    const at = toPointer(error.details["path"] as Keys);
    throw invalid(
      `its payload${at && ` at ${at}`} ${String(error.details["problem"])}`,
      "send JSON that nests at most 1,000 levels deep and has no key `__proto__`",
    );
  }
  if (jsonLength(value) <= maxPayload) return value;
  throw invalid("its payload is larger than 1 MiB as JSON", "send a reference to the data instead");
}

/** Characters of payloads that were measured before: a run in progress keeps its signals. */
const lengths = new WeakMap<Signal, number>();

function* lengthOf(signals: readonly Signal[]): Steps<number> {
  let total = 0;
  for (const signal of signals) {
    yield;
    const length = lengths.get(signal) ?? jsonLength(signal.value);
    lengths.set(signal, length);
    total += length;
  }
  return total;
}

/** All signals of a run are read with it, so their number and their length are limited. */
async function checkRoom(
  { bounds, pace }: Engine,
  { runId, named, value }: { readonly runId: string; readonly named: readonly Signal[]; readonly value: Json },
): Promise<void> {
  if (named.length >= maxSignals)
    throw invalid(`the run "${runId}" has ${maxSignals} signals already`, "start another run");
  const { signalBytes } = bounds;
  const length = jsonLength(value) + (await finishInTurns(lengthOf(named), pace.slice));
  if (length > signalBytes)
    throw invalid(
      `the payloads of all signals of the run "${runId}" would be longer than ${signalBytes} bytes as JSON`,
      "send references to the data instead; the process owner can raise `limits.signalBytes`",
    );
}

/** What the store knows of a run. One that has ended takes only a signal again that it has. */
async function stored(
  engine: Engine,
  runId: string,
  id: string,
): Promise<{ readonly signals: readonly Signal[]; readonly waits: readonly SignalWait[] }> {
  const run = await engine.store.read(runId);
  if (run.signals.some((signal) => signal.name !== undefined && signal.id === id))
    return { signals: run.signals, waits: [] };
  checkNotEnded(run);
  const history = await finishInTurns(historyOf(run), engine.pace.slice);
  const waits = openRequests(run, history).flatMap(({ wait }) => (wait.kind === "wait" ? wait : []));
  return { signals: run.signals, waits };
}

function checkNotEnded({ runId, status }: StoredRun): void {
  if (isEnded({ status })) throw runEnded(runId, status, "it takes no more signals");
}

/** A payload that none of the nodes can take that wait for the signal is a mistake of the sender. */
function checkPayload(name: string, value: Json, waits: readonly SignalWait[]): void {
  const waiting = waits.filter(({ signals }) => signals.includes(name));
  if (waiting.some(({ payloadSchema }) => payloadSchema === null)) return;
  let problem: string | undefined;
  // A thousand waits of a loop have one schema.
  const schemas = new Map(waiting.map(({ payloadSchema }) => [JSON.stringify(payloadSchema), payloadSchema!]));
  for (const schema of schemas.values()) {
    const result = compileJsonSchema(schema).validate(value);
    if (result.ok) return;
    const [issue] = result.issues;
    problem ??= issue && `${issue.keys.length === 0 ? "it" : `\`${issue.keys.join(".")}\``} ${issue.message}`;
  }
  if (waiting.length > 0)
    throw invalid(`the payload of "${name}" does not match: ${problem}`, "send what the waiting node expects");
}

const invalid = (why: string, fix: string): IceError =>
  new IceError("ICE_SIGNAL_INVALID", `The signal is not valid: ${why}.`, { fix, retryable: false });
