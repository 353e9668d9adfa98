import type { Json, JsonObject } from "@ice/core";
import { problemsOf, shorten, toPointer } from "@ice/core/internal";
import type { z } from "zod";
import { invalidRequest, type RequestIssue } from "./invalid-request.ts";

/** Most findings of one request. */
const maxIssues = 100;

/** Checks a body. @throws IceError `ICE_REQUEST_INVALID` with `details.issues`. */
export function readShape<T>(schema: z.ZodType<T>, body: JsonObject): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = problemsOf(parsed.error, schema, body)
    .slice(0, maxIssues)
    .map(({ keys, message, fix }): RequestIssue => ({
      path: toPointer(keys),
      message,
      fix,
    }));
  const [first] = issues;
  throw invalidRequest(
    `The body does not have the shape that this route expects: ${first?.message ?? "it does not match"}.`,
    first?.fix ?? "see /openapi.json",
    issues,
  );
}

/**
 * Checks the query of a request: each name once, and none that the route does not know, because a misspelt filter would select
 * everything. @throws IceError `ICE_REQUEST_INVALID`.
 */
export function readQuery<T>(schema: z.ZodType<T> & { readonly shape: object }, search: URLSearchParams): T {
  const values: Record<string, Json> = {};
  for (const [name, value] of search) {
    if (!Object.hasOwn(schema.shape, name)) throw unknownParameter(name, Object.keys(schema.shape));
    if (Object.hasOwn(values, name)) throw invalidParameter(name, "stands twice", "name each parameter once");
    values[name] = value;
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidParameter(String(issue?.path[0] ?? ""), issue?.message ?? "is not valid", "see /openapi.json");
}

const unknownParameter = (name: string, known: readonly string[]): Error =>
  invalidParameter(
    shorten(name, 40),
    "is unknown",
    known.length === 0 ? "remove it: this route has no parameters" : `use one of: ${known.join(", ")}`,
  );

const invalidParameter = (name: string, message: string, fix: string): Error =>
  invalidRequest(`The parameter \`${name}\` ${message}.`, fix, [{ path: name, message, fix }]);
