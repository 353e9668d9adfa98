import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import {
  defaultOwnerLimits,
  IceError,
  storeDamaged,
  type Clock,
  type HumanAnswer,
  type HumanTask,
  type HumanTaskService,
  type Json,
  type JsonObject,
  type RequestQuery,
  type RunStore,
  type Signal,
  type StoredRun,
} from "@ice/core";
import {
  checkJsonSchema,
  checkOutputLength,
  compileJsonSchema,
  didYouMean,
  finishInTurns,
  listNames,
  normalizeJson,
  shorten,
  toPointer,
  type Keys,
  type TimeSlice,
  answerId,
  isQuestion,
  type Question,
} from "@ice/core/internal";
import { isEnded } from "../engine/ended-result.ts";
import { historyOf, type RunHistory } from "../history/history.ts";
import { openRequests } from "../history/stored-result.ts";
import { SealedCursors } from "./sealed-cursor.ts";

/** Maximum characters of the name of a person, as of an assignee in a blueprint. */
const maxOfName = 200;

export interface HumanTaskOptions {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly timeSlice: TimeSlice;
  /** See `OwnerLimits`. */
  readonly outputBytes?: number | undefined;
}

/** Requests to people of a tenant's runs and their answers, over a store. The run may be in any process, or in none. */
export function createHumanTaskService({
  store,
  clock,
  timeSlice,
  outputBytes = defaultOwnerLimits.outputBytes,
}: HumanTaskOptions): HumanTaskService {
  const cursors = new SealedCursors(store, "tasks");
  const read = (run: StoredRun): RunHistory | Promise<RunHistory> => finishInTurns(historyOf(run), timeSlice);
  const answer: HumanTaskService["respond"] = async (runId, path, given, { by } = {}) => {
    const run = await store.read(runId);
    const request = requireOpen(run, await read(run), path, clock.now());
    const value = checkAnswer(runId, request, given, by);
    checkOutputLength(value, outputBytes, "the answer to", path);
    const id = answerId(path, request.request);
    const { recorded, signal: first } = await store.signal(runId, { id, path, value, by: by ?? null, at: clock.now() });
    if (!recorded) throw closed(path, "another answer came first", first);
    return { runId, path, accepted: true };
  };
  // A request whose deadline has passed is open for its run until a process records that.
  const pageOf = async (query: RequestQuery) => {
    const { requests, next } = await store.requests(query);
    const now = clock.now();
    return { tasks: requests.filter(({ expiresAt }) => expiresAt === null || expiresAt > now), next };
  };
  return {
    respond: answer,
    async list({ runId } = {}) {
      return (await pageOf({ runId, limit: 1000 })).tasks;
    },
    async page({ cursor, runId, limit } = {}) {
      const after = await cursors.open(cursor, { runId });
      const { tasks, next } = await pageOf({ runId, limit, after });
      return { tasks, next: await cursors.seal(next, { runId }) };
    },
    async tokenFor(task) {
      const claim = Buffer.from(JSON.stringify([task.runId, task.path, task.request])).toString("base64url");
      return `${claim}.${sign(await store.secret(), claim, task)}`;
    },
    async respondWithToken(token, given, options) {
      const [claim = "", signature = "", ...more] = token.split(".");
      const [runId, path, request] = readClaim(claim);
      const run = await store.read(runId);
      const task = tasksOf(run, await read(run)).find((one) => one.path === path && one.request === request);
      const expected = task && Buffer.from(sign(await store.secret(), claim, task));
      const isGenuine = expected !== undefined && sameBytes(expected, Buffer.from(signature));
      if (!isGenuine || more.length > 0) throw invalidToken();
      return answer(runId, path, given, options);
    },
  };
}

/** What the last requests of a run's nodes show, answered or not: whether a token is genuine does not depend on that. */
const tasksOf = (run: StoredRun, history: RunHistory): HumanTask[] =>
  history
    .lastRequests()
    .filter(isQuestion)
    .map(({ path, request, at, wait }) => ({
      runId: run.runId,
      workflow: run.workflow,
      path,
      request,
      requestedAt: at,
      ...wait,
    }));

/** The path that may have been meant: a request of the same node in a container, or one with a similar path. */
function otherRequest(path: string, run: StoredRun, history: RunHistory): string | undefined {
  const paths = openRequests(run, history)
    .filter(isQuestion)
    .map((request) => request.path);
  if (paths.length === 0) return undefined;
  const nodeOf = (of: string): string => of.slice(of.lastIndexOf(".") + 1);
  const same = paths.filter((one) => nodeOf(one) === nodeOf(path));
  const meant = didYouMean(path, same.length === 1 ? same : paths);
  return (
    meant || (same.length === 1 ? `did you mean "${shorten(same[0]!)}"?` : `it has requests at ${listNames(paths)}`)
  );
}

function requireOpen(run: StoredRun, history: RunHistory, path: string, now: number): Question {
  const request = history
    .lastRequests()
    .filter(isQuestion)
    .find((one) => one.path === path);
  if (request === undefined)
    throw new IceError("ICE_REQUEST_NOT_FOUND", `The run "${run.runId}" has no request at "${path}".`, {
      fix: otherRequest(path, run, history) ?? "see `waiting` of the run with WorkflowExecutionService.show()",
      details: { runId: run.runId, path },
    });
  if (isEnded(run)) throw closed(path, `its run is ${run.status}`, answerTo(run, request));
  const node = history.nodes.get(path);
  if (node?.status === "cancelled") throw closed(path, "its node was cancelled");
  if (node !== undefined || !openRequests(run, history).includes(request))
    throw closed(path, "it has been answered", answerTo(run, request));
  const { expiresAt } = request.wait;
  if (expiresAt !== null && expiresAt <= now) throw closed(path, "its deadline has passed");
  return request;
}

function checkAnswer(runId: string, { path, wait }: Question, given: HumanAnswer, by: string | undefined): Json {
  if (wait.assignees.length > 0 && (by === undefined || !wait.assignees.includes(by)))
    throw new IceError("ICE_RESPONSE_DENIED", `"${path}" must be answered by ${listNames(wait.assignees)}.`, {
      fix: "name the person who answers: one of the assignees",
      details: { path, assignees: wait.assignees },
    });
  if (by !== undefined && typeof by !== "string")
    throw invalidAnswer(runId, path, "the name of the person who answers is no text", "give a text, or remove it");
  if (by !== undefined && by.length > maxOfName)
    throw invalidAnswer(
      runId,
      path,
      `the name of the person who answers has more than ${maxOfName} characters`,
      "shorten it",
    );
  const wanted = { approval: "approved", choice: "choice", input: "response" }[wait.approvalType ?? "approval"];
  const value = (given as Readonly<Record<string, unknown>>)[wanted];
  if (value === undefined || Object.keys(given).length !== 1)
    throw invalidAnswer(
      runId,
      path,
      `it asks for ${{ approved: "yes or no", choice: "a choice", response: "an input" }[wanted]!}`,
    );
  if (wanted === "approved" && typeof value !== "boolean")
    throw invalidAnswer(runId, path, "`approved` must be true or false");
  if (wanted === "choice" && !wait.choices.includes(value as string))
    throw invalidAnswer(runId, path, `"${shorten(String(value))}" is not one of ${listNames(wait.choices)}`);
  if (wanted !== "response") return normalizeJson({ [wanted]: value });
  const response = responseOf(runId, path, value);
  if (wait.responseSchema === null) return normalizeJson({ response });
  const result = compileJsonSchema(storedSchema(runId, path, wait.responseSchema)).validate(response);
  if (result.ok) return normalizeJson({ response: result.value });
  const [issue] = result.issues;
  throw invalidAnswer(
    runId,
    path,
    `the answer${issue?.keys.length ? ` at ${toPointer(issue.keys)}` : ""} ${issue?.message}`,
  );
}

function responseOf(runId: string, path: string, value: unknown): Json {
  try {
    return normalizeJson(value);
  } catch (error) {
    if (!IceError.is(error)) throw error;
    const at = toPointer(error.details["path"] as Keys);
    throw invalidAnswer(
      runId,
      path,
      `the answer${at && ` at ${at}`} ${String(error.details["problem"])}`,
      "answer with JSON that nests at most 1,000 levels deep and has no key `__proto__`",
    );
  }
}

/** Stored data is used as a schema only if it is one; a blueprint with an invalid schema would not have been run. */
function storedSchema(runId: string, path: string, schema: JsonObject): JsonObject {
  const [issue] = checkJsonSchema(schema);
  if (issue === undefined) return schema;
  const what = `the request of run "${runId}" at "${path}" has no valid schema: ${issue.message}`;
  throw storeDamaged(what, { details: { runId, path } });
}

/** HMAC-SHA-256 over what the token is bound to and what the person was shown. */
function sign(
  secret: string,
  claim: string,
  { promptMessage, choices, responseSchema, assignees, expiresAt }: HumanTask,
): string {
  const shown = createHash("sha256")
    .update(JSON.stringify([promptMessage, choices, responseSchema, assignees, expiresAt]))
    .digest("base64url");
  return createHmac("sha256", secret).update(`${claim}.${shown}`).digest("base64url");
}

function readClaim(claim: string): [runId: string, path: string, request: number] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(claim, "base64url").toString("utf8"));
    if (Array.isArray(parsed) && typeof parsed[0] === "string" && typeof parsed[1] === "string")
      return [parsed[0], parsed[1], Number(parsed[2])];
  } catch {
    // not JSON: the same error as for any other forgery
  }
  throw invalidToken();
}

const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

const invalidToken = (): IceError =>
  new IceError("ICE_TOKEN_INVALID", "The token does not belong to an open request.", { fix: "request a new token" });

/** The answer that came first; undefined if there is none. */
const answerTo = ({ signals }: StoredRun, { path, request }: Question): Signal | undefined =>
  signals.find(({ id, name }) => name === undefined && id === answerId(path, request));

/** @param first - the answer by which it was closed, if it was. */
const closed = (path: string, why: string, first?: Signal): IceError =>
  new IceError("ICE_REQUEST_CLOSED", `The request at "${path}" is closed: ${why}.`, {
    fix: "resume the run, or see its result",
    details: { path, ...(first && { first: { by: first.by, at: first.at, answer: first.value } }) },
  });

const invalidAnswer = (
  runId: string,
  path: string,
  why: string,
  fix = "answer the request as it was asked; see it with WorkflowExecutionService.show()",
): IceError =>
  new IceError("ICE_RESPONSE_INVALID", `The answer does not match the request "${path}": ${why}.`, {
    fix,
    details: { runId, path },
  });
