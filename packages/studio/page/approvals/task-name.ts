import type { Task } from "../api/types.ts";

/** What identifies a request. A node of a run may ask several times. */
export type TaskKey = Pick<Task, "runId" | "path" | "request">;

/** A request in the address of the page: `RUN/PATH/REQUEST`. */
export const taskName = ({ runId, path, request }: TaskKey): string => `${runId}/${path}/${request}`;

/** Undefined for a text that names no request. */
export function parseTaskName(name: string): TaskKey | undefined {
  const { runId, path, request } = /^(?<runId>[^/]+)\/(?<path>.+)\/(?<request>\d+)$/s.exec(name)?.groups ?? {};
  return runId === undefined || path === undefined ? undefined : { runId, path, request: Number(request) };
}
