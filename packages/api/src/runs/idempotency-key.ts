import { createHash } from "node:crypto";
import type { Json, JsonObject } from "@ice/core";
import { invalidRequest } from "../request/invalid-request.ts";

/** A request to start a run that may be sent again without starting another one. */
export interface RepeatableRequest {
  /** The same for each request with the key, so the store itself says whether the run exists. */
  readonly runId: string;
  /** Of the body, however its keys are ordered. */
  readonly requestHash: string;
}

/** Ids that begin like this are made by the server: of runs with an idempotency key, and of schedules. */
const reservedPrefix = /^[ks]-/;

/** @throws IceError `ICE_REQUEST_INVALID`. */
export function checkChosenId(runId: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(runId))
    throw invalidRunId(
      "is not a run id",
      "use letters, digits, `.`, `_`, `-`, at most 128, starting with a letter or digit",
    );
  if (reservedPrefix.test(runId)) throw invalidRunId("begins with `k-` or `s-`", "choose another run id");
}

const invalidRunId = (what: string, fix: string): Error =>
  invalidRequest(`The \`runId\` ${what}.`, fix, [{ path: "/runId", message: what, fix }]);

/** What an idempotency key stands for. @throws IceError `ICE_REQUEST_INVALID`. */
export function repeatableRequest(key: string, tenant: string, body: JsonObject): RepeatableRequest {
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw invalidRequest("The `Idempotency-Key` is not valid.", "use 1 to 255 visible ASCII characters");
  return { runId: `k-${hash(`${tenant}\n${key}`)}`, requestHash: hash(canonical(body)) };
}

const hash = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** Bodies nest at most 64 levels. */
function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
}
