import { IceError, messageOf, type ErrorRecord, type JsonObject, type RunResult, type WaitingNode } from "@ice/core";
import { shorten } from "@ice/core/internal";
import type { CallToolResult } from "@modelcontextprotocol/server";
import type { Problem } from "../problem/problem.ts";

/** Maximum number of characters of an output as JSON; a result contains it twice. */
const maxOutputLength = 1_000_000;
const maxText = 2000;
/** Maximum number of entries of a list about what a run waits for, or what is wrong. */
const maxEntries = 20;

/** The result of a call as data, and the same as text for clients that read only that. */
const callResult = (content: JsonObject, isError = false): CallToolResult => ({
  content: [{ type: "text", text: JSON.stringify(content) }],
  structuredContent: content,
  ...(isError ? { isError } : {}),
});

/** The result of a call whose run has ended, or goes on without the call. */
export function resultOfRun({ runId, status, output, error, waiting = [] }: RunResult): CallToolResult {
  if (status === "completed") return resultOfOutput(output, { runId });
  if (status === "failed" || status === "cancelled")
    return callResult({ status, runId, ...(error === undefined ? {} : { error: errorOf(error) }) }, true);
  if (status !== "suspended") return resultOfLeftRun(runId, status);
  return callResult({
    status,
    runId,
    waiting: waiting.slice(0, maxEntries).map(waitingOf),
    note: "The run is not over: it goes on by itself when what it waits for has come. This tool cannot answer it.",
  });
}

/** The result of a call that the server ends before its run has ended. */
export const resultOfLeftRun = (runId: string, status: "interrupted" | "running" | "queued"): CallToolResult =>
  callResult({ status, runId, note: "The server stops. The run goes on when it has been started again." });

/** The output of a call; only its size if it is too large. @param about - what leads to the output then. */
export function resultOfOutput(output: JsonObject, about: JsonObject = {}): CallToolResult {
  const text = JSON.stringify(output);
  if (text.length <= maxOutputLength) return { content: [{ type: "text", text }], structuredContent: output };
  const note = `The output has ${text.length} characters as JSON, more than a call returns (${maxOutputLength}).`;
  return callResult({ status: "completed", ...about, note });
}

/** The result of a call that could not be begun. */
export function resultOfProblem({ code, detail, fix, issues }: Problem): CallToolResult {
  const error = {
    code,
    message: detail,
    ...(fix === undefined ? {} : { fix }),
    ...(issues === undefined ? {} : { issues: issues.slice(0, maxEntries) as unknown as JsonObject[] }),
  };
  return callResult({ error }, true);
}

/** The result of a tool that has thrown: like the error of its node in a run. */
export function resultOfToolError(error: unknown): CallToolResult {
  const [code, fix] = IceError.is(error) ? [error.code, error.fix] : ["ICE_TOOL_FAILED", undefined];
  return callResult(
    { error: errorOf({ code, message: messageOf(error), ...(fix === undefined ? {} : { fix }) }) },
    true,
  );
}

const errorOf = ({ code, message, path, fix }: ErrorRecord): JsonObject => ({
  code,
  message: shorten(message, maxText),
  ...(path === undefined ? {} : { path }),
  ...(fix === undefined ? {} : { fix: shorten(fix, maxText) }),
});

function waitingOf(node: WaitingNode): JsonObject {
  const { path, kind, promptMessage, approvalType, choices, assignees, signals, resumeAt, expiresAt } = node;
  return {
    path,
    kind,
    ...(promptMessage === undefined ? {} : { promptMessage: shorten(promptMessage, maxText) }),
    ...(approvalType == null ? {} : { approvalType }),
    ...(choices === undefined ? {} : { choices: choices.slice(0, maxEntries) }),
    ...(assignees === undefined ? {} : { assignees: assignees.slice(0, maxEntries) }),
    ...(signals === undefined ? {} : { signals: signals.slice(0, maxEntries) }),
    ...(resumeAt == null ? {} : { resumeAt }),
    ...(expiresAt == null ? {} : { expiresAt }),
  };
}
