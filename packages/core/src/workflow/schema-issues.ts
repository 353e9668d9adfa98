import type { z } from "zod";
import { suggest } from "../errors/suggest.ts";
import type { Finding } from "./issue-list.ts";

/** A finding and where it is, below the value that was parsed. */
export interface PlacedFinding extends Finding {
  readonly path: readonly (string | number)[];
}

type ZodIssue = z.core.$ZodIssue;

/**
 * zod's issues in words. A misspelt field is one issue with a suggestion, not "unknown" plus "missing".
 *
 * @param known - names of the fields of the value that was parsed, for did-you-mean.
 * @param value - the value that was parsed.
 */
export function schemaFindings(issues: readonly ZodIssue[], known: readonly string[], value: unknown): PlacedFinding[] {
  const findings: PlacedFinding[] = [];
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const path = issue.path as (string | number)[];
    for (const key of issue.keys) {
      const near = path.length === 0 ? suggest(key, known) : undefined;
      if (near !== undefined) meant.add(near);
      const fix = near === undefined ? "leave it out" : `did you mean "${near}"?`;
      findings.push({ code, path: [...path, key], message: `unknown field \`${key}\``, fix });
    }
  }
  for (const issue of issues) {
    const path = issue.path as (string | number)[];
    if (
      issue.code === "unrecognized_keys" ||
      (path.length === 1 && isMissing(issue, value) && meant.has(String(path[0])))
    )
      continue;
    findings.push(finding(issue, path, value));
  }
  return findings;
}

const code = "ICE_BLUEPRINT_SCHEMA";

function finding(issue: ZodIssue, path: readonly (string | number)[], value: unknown): PlacedFinding {
  const field = path.length === 0 ? "" : `\`${path.join(".")}\``;
  if (isMissing(issue, value)) return { code, path, message: `missing field ${field}`, fix: `add ${field}` };
  if (issue.code === "custom") return { code, path, message: issue.message };
  if (issue.code === "invalid_union")
    return { code, path, message: `${field} has a value of the wrong shape: ${alternatives(issue)}` };
  return {
    code,
    path,
    message: `${field}${field === "" ? "" : ": "}${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`,
  };
}

function alternatives(issue: ZodIssue & { readonly code: "invalid_union" }): string {
  const texts = issue.errors.flatMap(([first]) =>
    first === undefined ? [] : [first.message.charAt(0).toLowerCase() + first.message.slice(1)],
  );
  return [...new Set(texts)].join(", or ") || "none of the alternatives fits";
}

function isMissing(issue: ZodIssue, value: unknown): boolean {
  if (
    issue.code !== "invalid_type" &&
    issue.code !== "invalid_value" &&
    issue.code !== "invalid_union" &&
    issue.code !== "custom"
  )
    return false;
  let at: unknown = value;
  for (const key of issue.path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return issue.path.length > 0;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return false;
}
