import { IceError, type ErrorRecord, type JournalRecordOf, type Json, type JsonObject } from "@ice/core";
import { isErrorCode, isPlainObject } from "@ice/core/internal";
import { fromErrorRecord, toErrorRecord } from "./failure.ts";

/** Why a workflow was stopped as a whole: an error, or one of its `end` nodes. */
export type WorkflowStop =
  | { readonly error: IceError; readonly end?: undefined }
  | { readonly error?: undefined; readonly end: EndOfWorkflow };

interface EndOfWorkflow {
  /** Path of the node. */
  readonly path: string;
  readonly nodeOutput: Json;
  /** What it gives as output of the workflow. */
  readonly output: JsonObject | undefined;
  /** Present if the workflow has failed. */
  readonly error: IceError | undefined;
}

/** The output of an `end` node. */
interface EndOutput {
  readonly output: JsonObject | null;
  readonly error: Pick<ErrorRecord, "code" | "message"> | null;
}

/** Whether a value says how a workflow ends, as the output of an `end` node does. The one of `onError` may be anything. */
export function isEndOutput(value: Json): boolean {
  if (!isPlainObject(value)) return false;
  const { status, output, error } = value;
  if (status === "completed") return error === null && (output === null || isPlainObject(output));
  if (status !== "failed" || output !== null || !isPlainObject(error)) return false;
  return isErrorCode(error["code"]) && typeof error["message"] === "string";
}

/** The stop by a node. @param nodeOutput - its output, see `EndOutput`. */
export function endedBy(path: string, nodeOutput: Json): WorkflowStop {
  const { output, error } = nodeOutput as unknown as EndOutput;
  return {
    end: {
      path,
      nodeOutput,
      output: output ?? undefined,
      error: error === null ? undefined : new IceError(error.code, error.message, { path }),
    },
  };
}

type RecordedStop = Pick<JournalRecordOf<"stopped">, "error" | "end">;

export const recordedStop = ({ error, end }: WorkflowStop): RecordedStop =>
  end === undefined ? { error: toErrorRecord(error) } : { end: { path: end.path, output: end.nodeOutput } };

export const restoredStop = ({ error, end }: RecordedStop): WorkflowStop =>
  end === undefined ? { error: fromErrorRecord(error!) } : endedBy(end.path, end.output);
